/**
 * Stands between the decoder and a session where not everything may be carried out: TLS is required and
 * not there yet, or authorisation servers say who may what. A session without either has none, and
 * pays nothing for it.
 */
import type { Grants } from "../auth/grants.ts";
import { isValidName } from "../broker/names.ts";
import type { CommandSink } from "../protocol/decoder.ts";
import { type Fault, fault } from "../protocol/faults.ts";
import { goQuote } from "../protocol/go-text.ts";
import { AUTH, Permit } from "./auth.ts";
import { checkSub } from "./commands.ts";
import { outliveTurn } from "./input.ts";
import type { Session } from "./session.ts";

/** Of matching one pattern, in commands by the long way: see `Reading`. */
const patternCost = 4;
const failed = fault("E_AUTH_FAILED", "AUTH failed");

/** What needs leave. */
type Judged = "SUB" | "PUB" | "MPUB" | "DPUB";

export class Gatekeeper implements CommandSink {
  readonly #session: Session;
  /** null: there are no authorisation servers. */
  readonly #permit: Permit | null;

  constructor(session: Session) {
    this.#session = session;
    const { authority } = session.ports;
    this.#permit = authority === null ? null : new Permit(session, authority);
  }

  get closed(): boolean {
    return this.#session.closed;
  }

  get suspended(): boolean {
    return this.#session.suspended;
  }

  get lastTopic(): Uint8Array {
    return this.#session.carryingOut.lastTopic;
  }

  publish(
    bytes: Buffer,
    view: DataView,
    topicFrom: number,
    topicTo: number,
    bodyFrom: number,
    bodyBytes: number,
  ): void {
    const session = this.#session;
    const refused = this.#checkTls("PUB");
    if (refused !== null) return session.fail(refused);
    const last = session.published.last;
    const name = topicFrom < 0 ? last!.topic.name : bytes.toString("latin1", topicFrom, topicTo);
    // What is wrong with the command itself comes first, in the session's words.
    if (!isValidName(name) || bodyBytes > session.ports.limits.maxMsgSize) {
      return session.carryingOut.publish(bytes, view, topicFrom, topicTo, bodyFrom, bodyBytes);
    }
    const verdict = this.#judge("PUB", name, "");
    if (verdict === null) session.carryingOut.publish(bytes, view, topicFrom, topicTo, bodyFrom, bodyBytes);
    else if (verdict !== "ask") session.fail(verdict);
    else this.#askForBody(["PUB", name], bytes, bodyFrom, bodyBytes);
  }

  finish(logId: number, seq: number, bytes: Buffer, idAt: number): void {
    const refused = this.#checkTls("FIN");
    if (refused !== null) this.#session.fail(refused);
    else this.#session.carryingOut.finish(logId, seq, bytes, idAt);
  }

  command(fields: readonly string[]): void {
    const session = this.#session;
    const refused = this.#checkTls(fields[0]!);
    if (refused !== null) return session.fail(refused);
    if (fields[0] !== "SUB" || checkSub(session, fields) !== null) return session.carryingOut.command(fields);
    const verdict = this.#judge("SUB", fields[1]!, fields[2]!);
    if (verdict === null) session.carryingOut.command(fields);
    else if (verdict !== "ask") session.fail(verdict);
    else this.#ask("SUB", fields[1]!, fields[2]!, () => session.carryingOut.command(fields));
  }

  checkLine(fields: readonly string[]): Fault | null {
    const verb = fields[0]!;
    const refused =
      (verb === "IDENTIFY" ? null : this.#checkTls(verb)) ?? this.#session.carryingOut.checkLine(fields);
    if (refused !== null || verb !== "MPUB") return refused;
    // As in nsqd, whose MPUB looks at what is in it last of all.
    const verdict = this.#judge("MPUB", fields[1]!, "");
    return verdict === "ask" ? null : verdict;
  }

  checkSize(fields: readonly string[], bodyBytes: number): Fault | null {
    return this.#session.carryingOut.checkSize(fields, bodyBytes);
  }

  body(fields: readonly string[], bytes: Buffer, view: DataView, from: number, bodyBytes: number): void {
    const session = this.#session;
    const verb = fields[0]!;
    if (verb === "IDENTIFY" || this.#permit === null)
      return session.carryingOut.body(fields, bytes, view, from, bodyBytes);
    if (verb === "AUTH")
      return AUTH(session, this.#permit, Buffer.from(bytes.subarray(from, from + bodyBytes)));
    const verdict = this.#judge(verb as Judged, fields[1]!, "");
    if (verdict === null) session.carryingOut.body(fields, bytes, view, from, bodyBytes);
    else if (verdict !== "ask") session.fail(verdict);
    else this.#askForBody(fields, bytes, from, bodyBytes);
  }

  truncated(fields: readonly string[], view: DataView, from: number, to: number): void {
    this.#session.carryingOut.truncated(fields, view, from, to);
  }

  fail(fault: Fault): void {
    this.#session.fail(fault);
  }

  hangUp(): void {
    this.#session.hangUp();
  }

  /** The connection is over. */
  drop(): void {
    this.#permit?.drop();
  }

  #checkTls(verb: string): Fault | null {
    const { ports, wire } = this.#session;
    if (!ports.isTlsRequired || wire.tls !== null) return null;
    return fault("E_INVALID", `cannot ${verb} in current state (TLS required)`);
  }

  /** Whether it may; "ask": what was granted has expired. */
  #judge(verb: Judged, topic: string, channel: string): Fault | "ask" | null {
    const permit = this.#permit;
    if (permit === null) return null;
    if (permit.grants === null) return fault("E_AUTH_FIRST", `AUTH required before ${verb}`);
    return permit.isExpired ? "ask" : this.#refusal(permit.grants, verb, topic, channel);
  }

  #refusal(grants: Grants, verb: Judged, topic: string, channel: string): Fault | null {
    const permission = verb === "SUB" ? "subscribe" : "publish";
    if (grants.allows(permission, topic, channel, this.#judging)) return null;
    return fault("E_UNAUTHORIZED", `AUTH failed for ${verb} on ${goQuote(topic)} ${goQuote(channel)}`);
  }

  /** Names that nobody has judged yet take time, of which a connection has so much a turn. */
  readonly #judging = (patterns: number): void => this.#session.spend(patterns * patternCost);

  /** Asks anew what it may, and carries the command out if it still may. */
  #ask(verb: Judged, topic: string, channel: string, carryOut: () => void): void {
    const session = this.#session;
    const permit = this.#permit!;
    // Unread: a client that has ended its side is still owed the answer.
    session.wait("unread", async () => {
      const isGranted = await permit.renew();
      return () => {
        const refused = isGranted ? this.#refusal(permit.grants!, verb, topic, channel) : failed;
        if (refused === null) carryOut();
        else session.fail(refused);
      };
    });
  }

  #askForBody(fields: readonly string[], bytes: Buffer, from: number, bodyBytes: number): void {
    const part = bytes.subarray(from, from + bodyBytes);
    const own = outliveTurn(bytes) ? part : Buffer.from(part);
    const view = new DataView(own.buffer, own.byteOffset, own.length);
    this.#ask(fields[0] as Judged, fields[1]!, "", () =>
      this.#session.carryingOut.body(fields, own, view, 0, bodyBytes),
    );
  }
}
