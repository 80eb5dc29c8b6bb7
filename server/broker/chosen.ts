/**
 * What an operator does to single messages of a channel (RD13): takes them back from their consumers, leaves them there
 * for longer, has them delivered before they are due, or finishes them. Whoever held what is there no more finds nothing
 * in flight, as after a timeout.
 */
import type { AnswerVerb } from "../protocol/chosen-messages.ts";
import { auditKinds } from "./audit-ring.ts";
import { letGo, putBack } from "./bulk.ts";
import type { Channel } from "./channel.ts";
import type { Exception } from "./exceptions.ts";
import { extend, toException } from "./held.ts";
import type { ClientIdentity } from "./ports.ts";
import type { Window } from "./window.ts";

/** Where a message has to be for it. */
const states: Readonly<Record<AnswerVerb, readonly Exception["state"][]>> = {
  requeue: ["held"],
  deliver: ["deferred"],
  touch: ["held"],
  finish: ["held", "deferred", "waiting"],
};

/**
 * @param by whom the audit names
 * @returns false: it is not there, or not so that this could be done
 */
export function actOnMessage(
  channel: Channel,
  verb: AnswerVerb,
  logId: number,
  seq: number,
  by: ClientIdentity,
): boolean {
  const window = windowThatHolds(channel, logId, seq);
  if (window !== undefined && verb === "finish") finishInWindow(channel, window, seq, by);
  else if (window !== undefined && verb === "requeue")
    putBack(channel, toException(channel, window, seq, window.ownerOf(seq)), by);
  else if (window !== undefined && verb === "touch")
    return touched(channel, toException(channel, window, seq, window.ownerOf(seq)), by);
  else {
    const exception = channel.exceptions.find(logId, seq);
    if (exception === undefined || !states[verb].includes(exception.state)) return false;
    if (verb === "touch") return touched(channel, exception, by);
    if (verb === "finish") finishException(channel, exception, by);
    else putBack(channel, exception, by);
  }
  channel.markDirty();
  return true;
}

/** When the channel owes it and a consumer may not have answered it yet: until when it is deferred; 0: it is not deferred. */
export function owedUntilMs(channel: Channel, logId: number, seq: number): number | null {
  if (windowThatHolds(channel, logId, seq) !== undefined) return 0;
  const exception = channel.exceptions.find(logId, seq);
  if (exception === undefined || !states.finish.includes(exception.state)) return null;
  return exception.state === "deferred" ? exception.atMs : 0;
}

function windowThatHolds({ windows }: Channel, logId: number, seq: number): Window | undefined {
  return windows.find((window) => window.log.id === logId && window.ownerOf(seq) !== 0);
}

function finishInWindow(channel: Channel, window: Window, seq: number, by: ClientIdentity): void {
  const number = window.ownerOf(seq);
  const owner = channel.subscriptions.find((candidate) => candidate.number === number);
  if (owner !== undefined) owner.inFlight--;
  window.clear(seq);
  channel.heldInWindows--;
  finished(channel, window.log.id, seq, 1, by);
}

/** False where nobody is there to answer it any more, or it has been held as long as may be. */
function touched(channel: Channel, exception: Exception, by: ClientIdentity): boolean {
  const { owner, log, seq, attempts } = exception;
  if (owner === null || !channel.subscriptions.includes(owner) || !extend(channel, exception, owner))
    return false;
  const { audit, time } = channel.broker;
  audit?.record(auditKinds.touch, channel, by, log.id, seq, 1, attempts, 0, time.wallMs);
  return true;
}

function finishException(channel: Channel, exception: Exception, by: ClientIdentity): void {
  letGo(channel, exception);
  channel.exceptions.withdraw(exception);
  finished(channel, exception.log.id, exception.seq, exception.attempts, by);
}

/** How long it took is not noted: it was no consumer that took so long. */
function finished(channel: Channel, logId: number, seq: number, attempts: number, by: ClientIdentity): void {
  channel.finishCount++;
  const { audit, time } = channel.broker;
  audit?.record(auditKinds.finish, channel, by, logId, seq, 1, attempts, 0, time.wallMs);
}
