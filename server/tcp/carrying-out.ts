/** What a session does with the commands that its decoder finds. */
import type { CommandSink } from "../protocol/decoder.ts";
import type { Fault } from "../protocol/faults.ts";
import * as commands from "./commands.ts";
import * as publishing from "./publishing.ts";
import type { Session } from "./session.ts";

export class CarryingOut implements CommandSink {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get closed(): boolean {
    return this.#session.closed;
  }

  get suspended(): boolean {
    return this.#session.suspended;
  }

  get lastTopic(): Uint8Array {
    return this.#session.published.lastLine;
  }

  publish(
    bytes: Buffer,
    view: DataView,
    topicFrom: number,
    topicTo: number,
    bodyFrom: number,
    bodyBytes: number,
  ): void {
    publishing.publish(this.#session, bytes, view, topicFrom, topicTo, bodyFrom, bodyBytes);
  }

  finish(logId: number, seq: number, bytes: Buffer, idAt: number): void {
    commands.finish(this.#session, logId, seq, bytes, idAt);
  }

  command(fields: readonly string[]): void {
    commands.command(this.#session, fields);
    this.#session.spend(1);
  }

  checkLine(fields: readonly string[]): Fault | null {
    return commands.checkLine(this.#session, fields);
  }

  checkSize(fields: readonly string[], bodyBytes: number): Fault | null {
    return commands.checkSize(this.#session, fields, bodyBytes);
  }

  body(fields: readonly string[], bytes: Buffer, view: DataView, from: number, bodyBytes: number): void {
    commands.body(this.#session, fields, bytes, view, from, bodyBytes);
    this.#session.spend(1);
  }

  truncated(fields: readonly string[], view: DataView, from: number, to: number): void {
    commands.truncated(this.#session, fields, view, from, to);
  }

  fail(failed: Fault): void {
    this.#session.fail(failed);
  }

  hangUp(): void {
    this.#session.hangUp();
  }
}
