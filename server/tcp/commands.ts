/** Commands by their wire names, in NSQ's order. What may run in which state is looked up first. */
import { isValidName } from "../broker/names.ts";
import type { Refusal } from "../broker/subscription.ts";
import { type Fault, fault } from "../protocol/faults.ts";
import { goDurationMs, goQuote, parseDecimal, signed } from "../protocol/go-text.ts";
import { identifyBytesMax, identifyReply, readIdentify } from "../protocol/identify.ts";
import { hexId } from "../protocol/message-id.ts";
import { closeWaitFrame, responseFrame } from "../protocol/response.ts";
import * as publishing from "./publishing.ts";
import type { Session } from "./session.ts";
import { isVerb, type Verb, verdicts } from "./verdicts.ts";

const idBytes = 16;
const invalidId = fault("E_INVALID", "invalid message ID");

/** A command without a body. */
export function command(session: Session, fields: readonly string[]): void {
  const verb = fields[0]!;
  if (!isVerb(verb)) return session.fail(fault("E_INVALID", `invalid command ${verb}`));
  const verdict = verdicts[verb][session.state];
  if (verdict === "ignore") return;
  if (verdict === "refuse") return session.fail(wrongState(verb));
  if (verb === "NOP") return;
  if (verb === "SUB") return SUB(session, fields);
  if (verb === "RDY") return RDY(session, fields);
  if (verb === "FIN") return FIN(session, fields);
  if (verb === "REQ") return REQ(session, fields);
  if (verb === "TOUCH") return TOUCH(session, fields);
  if (verb === "CLS") return CLS(session);
}

/** FIN by the decoder's short way. */
export function finish(session: Session, logId: number, seq: number, bytes: Buffer, idAt: number): void {
  const { subscription } = session;
  if (subscription === null) return session.fail(wrongState("FIN"));
  const refused = subscription.finish(logId, seq);
  if (refused === null) return;
  answerFailed(session, "FIN", bytes.toString("latin1", idAt, idAt + idBytes), refused);
  session.spend(1);
}

export function checkLine(session: Session, fields: readonly string[]): Fault | null {
  const verb = fields[0] as Verb;
  if (verdicts[verb][session.state] === "refuse") return wrongState(verb);
  if (verb === "PUB" || verb === "MPUB" || verb === "DPUB") {
    return publishing.checkPublishLine(session, verb, fields);
  }
  if (verb === "AUTH" && fields.length !== 1) {
    return fault("E_INVALID", "AUTH invalid number of parameters");
  }
  return null;
}

export function checkSize(session: Session, fields: readonly string[], bodyBytes: number): Fault | null {
  const verb = fields[0] as Verb;
  if (verb === "PUB" || verb === "MPUB" || verb === "DPUB") {
    return publishing.checkPublishSize(session, verb, bodyBytes);
  }
  const { maxBodySize } = session.ports.limits;
  const bytesMax = verb === "IDENTIFY" && bodyBytes <= maxBodySize ? identifyBytesMax : maxBodySize;
  if (bodyBytes > bytesMax) return fault("E_BAD_BODY", `${verb} body too big ${bodyBytes} > ${bytesMax}`);
  return bodyBytes <= 0 ? fault("E_BAD_BODY", `${verb} invalid body size ${bodyBytes}`) : null;
}

/** A command with its whole body. */
export function body(
  session: Session,
  fields: readonly string[],
  bytes: Buffer,
  view: DataView,
  from: number,
  size: number,
): void {
  const verb = fields[0] as Verb;
  if (verb === "PUB") return publishing.PUB(session, fields, bytes, view, from, size);
  if (verb === "MPUB") return publishing.MPUB(session, fields, bytes, view, from, size);
  if (verb === "DPUB") return publishing.DPUB(session, fields, bytes, view, from, size);
  if (verb === "IDENTIFY") {
    session.spend(size >>> 6);
    return IDENTIFY(session, bytes.toString("utf8", from, from + size));
  }
  // AUTH reaches this only where there is nobody to ask.
  session.fail(fault("E_AUTH_DISABLED", "AUTH disabled"));
}

/** The stream ended inside a body. */
export function truncated(
  session: Session,
  fields: readonly string[],
  view: DataView,
  from: number,
  to: number,
): void {
  const verb = fields[0]!;
  if (verb === "PUB" || verb === "MPUB" || verb === "DPUB") {
    session.fail(publishing.truncatedPublish(session, verb, view, from, to));
  } else if (verb === "IDENTIFY" || verb === "AUTH") {
    session.fail(fault("E_BAD_BODY", `${verb} failed to read body${from < 0 ? " size" : ""}`));
  }
}

function IDENTIFY(session: Session, body: string): void {
  const { limits, version } = session.ports;
  const { tls, compression } = session.wire;
  // Once upgraded a connection is not upgraded again.
  const isUpgraded = tls !== null || compression !== null;
  const granting = isUpgraded ? { ...limits, tlsV1: false, deflate: false, snappy: false } : limits;
  const identity = readIdentify(body, granting);
  if ("code" in identity) return session.fail(identity);
  session.identified(identity);
  if (!identity.featureNegotiation) return session.replies.ok();
  session.replies.respond(responseFrame(identifyReply(identity, limits, version)));
  if (identity.tlsV1 || identity.deflate || identity.snappy) session.upgrade(identity);
}

/** What is wrong with a SUB, apart from what its client may do. */
export function checkSub(session: Session, fields: readonly string[]): Fault | null {
  if (verdicts.SUB[session.state] === "refuse") return wrongState("SUB");
  if (session.settings.heartbeatIntervalMs === 0) {
    return fault("E_INVALID", "cannot SUB with heartbeats disabled");
  }
  const [, topicName, channelName] = fields;
  if (topicName === undefined || channelName === undefined) {
    return fault("E_INVALID", "SUB insufficient number of parameters");
  }
  if (!isValidName(topicName)) {
    return fault("E_BAD_TOPIC", `SUB topic name ${goQuote(topicName)} is not valid`);
  }
  if (!isValidName(channelName)) {
    return fault("E_BAD_CHANNEL", `SUB channel name ${goQuote(channelName)} is not valid`);
  }
  return null;
}

function SUB(session: Session, fields: readonly string[]): void {
  const refused = checkSub(session, fields);
  if (refused !== null) return session.fail(refused);
  const topicName = fields[1]!;
  const channelName = fields[2]!;
  const { broker, limits } = session.ports;
  if (broker.exiting) return session.fail(fault("E_SUB_FAILED", "SUB failed exiting"));
  const channel = broker.ensureTopic(topicName).ensureChannel(channelName);
  const { maxChannelConsumers } = limits;
  if (maxChannelConsumers > 0 && channel.subscriptions.length >= maxChannelConsumers) {
    const text = `SUB failed consumers for ${topicName}:${channelName} exceeds limit of ${maxChannelConsumers}`;
    return session.fail(fault("E_SUB_FAILED", text));
  }
  const { msgTimeoutMs, sampleRate } = session.settings;
  session.subscription = channel.subscribe(session, { msgTimeoutMs, sampleRate });
  session.state = "subscribed";
  session.replies.ok();
}

function RDY(session: Session, fields: readonly string[]): void {
  const text = fields[1] ?? "1";
  const given = parseDecimal(text);
  if (given === null) return session.fail(fault("E_INVALID", `RDY could not parse count ${text}`));
  const count = signed(given);
  const { maxRdyCount } = session.ports.limits;
  if (count < 0 || count > maxRdyCount) {
    return session.fail(fault("E_INVALID", `RDY count ${count} out of range 0-${maxRdyCount}`));
  }
  session.subscription?.ready(Number(count));
}

/** FIN by the long way: more fields, a carriage return, or an id that is none. */
function FIN(session: Session, fields: readonly string[]): void {
  const id = idOf(session, "FIN", fields, 2);
  if (id === null) return;
  const refused = session.subscription!.finish(id.logId, id.seq);
  if (refused !== null) answerFailed(session, "FIN", fields[1]!, refused);
}

function REQ(session: Session, fields: readonly string[]): void {
  const id = idOf(session, "REQ", fields, 3);
  if (id === null) return;
  const given = parseDecimal(fields[2]!);
  if (given === null) return session.fail(fault("E_INVALID", `REQ could not parse timeout ${fields[2]}`));
  const { maxReqTimeoutMs } = session.ports.limits;
  const delayMs = goDurationMs(given);
  const clampedMs = Math.min(Math.max(delayMs, 0), maxReqTimeoutMs);
  if (clampedMs !== delayMs) session.log.noteClamped(given, clampedMs);
  const refused = session.subscription!.requeue(id.logId, id.seq, clampedMs);
  if (refused !== null) answerFailed(session, "REQ", fields[1]!, refused);
}

function TOUCH(session: Session, fields: readonly string[]): void {
  const id = idOf(session, "TOUCH", fields, 2);
  if (id === null) return;
  const refused = session.subscription!.touch(id.logId, id.seq);
  if (refused !== null) answerFailed(session, "TOUCH", fields[1]!, refused);
}

function CLS(session: Session): void {
  session.state = "closing";
  session.subscription?.startClose();
  session.replies.respond(closeWaitFrame);
}

/** The id in a line of at least `fieldsLeast` fields; -1 for log or sequence of what is no id of ours. */
function idOf(
  session: Session,
  verb: "FIN" | "REQ" | "TOUCH",
  fields: readonly string[],
  fieldsLeast: number,
): { logId: number; seq: number } | null {
  if (fields.length < fieldsLeast) {
    session.fail(fault("E_INVALID", `${verb} insufficient number of params`));
    return null;
  }
  const id = Buffer.from(fields[1]!, "latin1");
  if (id.length !== idBytes) {
    session.fail(invalidId);
    return null;
  }
  const view = new DataView(id.buffer, id.byteOffset, id.length);
  return { logId: hexId(view, 0), seq: hexId(view, 8) };
}

function wrongState(verb: Verb): Fault {
  return fault("E_INVALID", `cannot ${verb} in current state`);
}

function answerFailed(session: Session, verb: "FIN" | "REQ" | "TOUCH", id: string, refused: Refusal): void {
  session.fail(fault(`E_${verb}_FAILED`, `${verb} ${id} failed ${refused}`));
}
