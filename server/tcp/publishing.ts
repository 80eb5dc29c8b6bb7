/** PUB, MPUB and DPUB. */

import { isValidName } from "../broker/names.ts";
import type { PutRefusal, Topic } from "../broker/topic.ts";
import { type Fault, fault } from "../protocol/faults.ts";
import { goDurationMs, goQuote, parseDecimal } from "../protocol/go-text.ts";
import { checkMpub, MpubCheck } from "../protocol/mpub.ts";
import { outliveTurn } from "./input.ts";
import type { Session } from "./session.ts";

/** Messages of one MPUB that are published in a turn: about a hundred microseconds, so that others are not kept waiting. */
const messagesPerTurn = 1_024;
/** Messages whose lengths are checked in a turn. */
const checksPerTurn = 4_096;

/** PUB, as the decoder's short way brings it. No string is made while a connection stays with its topic. */
export function publish(
  session: Session,
  bytes: Buffer,
  view: DataView,
  topicFrom: number,
  topicTo: number,
  bodyFrom: number,
  bodyBytes: number,
): void {
  const { last } = session.published;
  let topic: Topic;
  if (topicFrom < 0 && !last!.topic.deleted) topic = last!.topic;
  else {
    const name = topicFrom < 0 ? last!.topic.name : bytes.toString("latin1", topicFrom, topicTo);
    if (!isValidName(name)) return session.fail(badTopic("PUB", name));
    if (bodyBytes > session.ports.limits.maxMsgSize) return session.fail(tooBig(session, "PUB", bodyBytes));
    topic = session.ports.broker.ensureTopic(name);
  }
  if (bodyBytes > session.ports.limits.maxMsgSize) return session.fail(tooBig(session, "PUB", bodyBytes));
  const refused = topic.put(bytes, view, bodyFrom, bodyBytes, session.identity);
  if (refused !== null) return session.fail(notPut("PUB", refused));
  session.published.add(topic, 1, session.ports.broker.time.wallMs);
  session.replies.accepted(topic, "PUB");
}

export function checkPublishLine(
  session: Session,
  verb: "PUB" | "MPUB" | "DPUB",
  fields: readonly string[],
): Fault | null {
  if (fields.length < (verb === "DPUB" ? 3 : 2)) {
    return fault("E_INVALID", `${verb} insufficient number of parameters`);
  }
  if (!isValidName(fields[1]!)) return badTopic(verb, fields[1]!);
  if (verb !== "DPUB") return null;
  const given = parseDecimal(fields[2]!);
  if (given === null) return fault("E_INVALID", `DPUB could not parse timeout ${fields[2]}`);
  const { maxReqTimeoutMs } = session.ports.limits;
  const delayMs = goDurationMs(given);
  if (delayMs < 0 || delayMs > maxReqTimeoutMs) {
    return fault("E_INVALID", `DPUB timeout ${given} out of range 0-${maxReqTimeoutMs}`);
  }
  return null;
}

export function checkPublishSize(
  session: Session,
  verb: "PUB" | "MPUB" | "DPUB",
  bodyBytes: number,
): Fault | null {
  if (verb === "MPUB") {
    const { maxBodySize } = session.ports.limits;
    if (bodyBytes <= 0) return fault("E_BAD_BODY", `MPUB invalid body size ${bodyBytes}`);
    if (bodyBytes > maxBodySize)
      return fault("E_BAD_BODY", `MPUB body too big ${bodyBytes} > ${maxBodySize}`);
    return null;
  }
  if (bodyBytes <= 0) return fault("E_BAD_MESSAGE", `${verb} invalid message body size ${bodyBytes}`);
  return bodyBytes > session.ports.limits.maxMsgSize ? tooBig(session, verb, bodyBytes) : null;
}

/** PUB by the long way: a line with more fields, or a carriage return. */
export function PUB(
  session: Session,
  fields: readonly string[],
  bytes: Buffer,
  view: DataView,
  from: number,
  size: number,
): void {
  const topic = session.ports.broker.ensureTopic(fields[1]!);
  const refused = topic.put(bytes, view, from, size, session.identity);
  if (refused !== null) return session.fail(notPut("PUB", refused));
  session.published.add(topic, 1, session.ports.broker.time.wallMs);
  session.replies.accepted(topic, "PUB");
}

/** All of it is checked before any of it is published. The topic is made even when it is refused, as in NSQ. */
export function MPUB(
  session: Session,
  fields: readonly string[],
  bytes: Buffer,
  view: DataView,
  from: number,
  size: number,
): void {
  const { broker, limits } = session.ports;
  const topic = broker.ensureTopic(fields[1]!);
  const check = new MpubCheck(view, from, from + size, {
    bodyBytesMax: limits.maxBodySize,
    messageBytesMax: limits.maxMsgSize,
  });
  if (check.count > messagesPerTurn) return putOverTurns(session, topic, bytes, from, size);
  check.step(messagesPerTurn);
  const refused = check.fault ?? (broker.pressure === "refuse" ? notPut("MPUB", "full") : null);
  if (refused !== null) return session.fail(refused);
  session.published.add(topic, check.count, session.ports.broker.time.wallMs);
  putMany(session, topic, bytes, view, from + 4, check.count, true);
  session.spend(check.count >>> 3);
}

/** The same, a part a turn: first all of it is checked, then all of it published. */
function putOverTurns(session: Session, topic: Topic, bytes: Buffer, from: number, size: number): void {
  const { broker, limits } = session.ports;
  const body = bytes.subarray(from, from + size);
  const own = outliveTurn(bytes) ? body : Buffer.from(body);
  const view = new DataView(own.buffer, own.byteOffset, own.length);
  const check = new MpubCheck(view, 0, size, {
    bodyBytesMax: limits.maxBodySize,
    messageBytesMax: limits.maxMsgSize,
  });
  let checked = false;
  let at = 4;
  let left = check.count;
  session.suspend(() => {
    if (!checked) {
      checked = check.step(checksPerTurn);
      const refused = check.fault ?? (broker.pressure === "refuse" ? notPut("MPUB", "full") : null);
      if (refused !== null) session.fail(refused);
      else if (checked) session.published.add(topic, check.count, session.ports.broker.time.wallMs);
      return refused !== null;
    }
    const now = Math.min(left, messagesPerTurn);
    left -= now;
    at = putMany(session, topic, own, view, at, now, left === 0);
    return left === 0 || at < 0;
  });
}

/**
 * Publishes `count` messages that lie one behind another, and answers when they are the last ones.
 * @returns where the next begins; -1 when one was refused, which has been answered
 */
function putMany(
  session: Session,
  topic: Topic,
  bytes: Buffer,
  view: DataView,
  from: number,
  count: number,
  isLast: boolean,
): number {
  const put = topic.putMany(bytes, view, from, count, session.identity);
  if (typeof put !== "number") {
    session.fail(notPut("MPUB", put));
    return -1;
  }
  if (isLast) session.replies.accepted(topic, "MPUB");
  // Its log may end before the rest has come: what follows waits for this part, too.
  else session.replies.begun(topic, "MPUB");
  return put;
}

export function DPUB(
  session: Session,
  fields: readonly string[],
  bytes: Buffer,
  view: DataView,
  from: number,
  size: number,
): void {
  const delayMs = goDurationMs(parseDecimal(fields[2]!)!);
  const topic = session.ports.broker.ensureTopic(fields[1]!);
  const refused =
    delayMs === 0
      ? topic.put(bytes, view, from, size, session.identity)
      : topic.putDeferred(bytes.subarray(from, from + size), delayMs, session.identity);
  if (refused !== null) return session.fail(notPut("DPUB", refused));
  session.published.add(topic, 1, session.ports.broker.time.wallMs);
  session.replies.accepted(topic, "DPUB", delayMs === 0 ? topic.log : topic.deferred.log);
}

/** The stream ended inside a publish: what nsqd would have missed first. */
export function truncatedPublish(
  session: Session,
  verb: "PUB" | "MPUB" | "DPUB",
  view: DataView,
  from: number,
  to: number,
): Fault {
  if (verb !== "MPUB") {
    return fault("E_BAD_MESSAGE", `${verb} failed to read message body${from < 0 ? " size" : ""}`);
  }
  if (from < 0) return fault("E_BAD_BODY", "MPUB failed to read body size");
  const { maxBodySize, maxMsgSize } = session.ports.limits;
  const found = checkMpub(view, from, to, { bodyBytesMax: maxBodySize, messageBytesMax: maxMsgSize });
  return typeof found === "number" ? fault("E_BAD_MESSAGE", "MPUB failed to read message body") : found;
}

/** MPUB's text has its code twice, in nsqd and so here: clients may match it. */
function badTopic(verb: string, name: string): Fault {
  const repeated = verb === "MPUB" ? "E_BAD_TOPIC " : "";
  return fault("E_BAD_TOPIC", `${repeated}${verb} topic name ${goQuote(name)} is not valid`);
}

function tooBig(session: Session, verb: string, bytes: number): Fault {
  return fault("E_BAD_MESSAGE", `${verb} message too big ${bytes} > ${session.ports.limits.maxMsgSize}`);
}

function notPut(verb: "PUB" | "MPUB" | "DPUB", refused: PutRefusal): Fault {
  return fault(`E_${verb}_FAILED`, `${verb} failed ${whyNotPut[refused]}`);
}

const whyNotPut: Record<PutRefusal, string> = {
  full: "memory is full and the store does not keep up",
  exiting: "exiting",
  unkept: "the database may lose what it confirms",
};
