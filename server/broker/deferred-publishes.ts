/**
 * A topic's deferred publishes that have not left it. They have a log of their own, in which only their
 * sequences are: they never lie in a slab, each has its copy. Their delay begins when they leave, as in NSQ.
 */

import { auditKinds } from "./audit-ring.ts";
import { Exception, exceptionBytes } from "./exceptions.ts";
import { frameHeaderBytes, writeHeader } from "./frame.ts";
import { type Log, logSeqMax } from "./log.ts";
import type { ClientIdentity } from "./ports.ts";
import { bringTo, noChannel, ownersOf, type Schedule, type ScheduledMessage } from "./schedule.ts";
import type { PutRefusal, Topic } from "./topic.ts";
import { addLog } from "./topic-logs.ts";

interface PendingDeferral {
  readonly log: Log;
  readonly seq: number;
  /** null: it is in the store, since the last start. */
  readonly frame: Buffer | null;
  readonly delayMs: number;
  /** The schedule has it, as nobody's. */
  readonly scheduled?: ScheduledMessage;
}

export class DeferredPublishes {
  /** The log that new ones are counted in; null before the first. */
  log: Log | null = null;
  pending: PendingDeferral[] = [];
  readonly #topic: Topic;

  constructor(topic: Topic) {
    this.#topic = topic;
  }

  put(body: Uint8Array, delayMs: number, client: ClientIdentity | null): PutRefusal | null {
    const topic = this.#topic;
    const { broker } = topic;
    if (broker.exiting) return "exiting";
    if (topic.durable && broker.refusesDurable()) return "unkept";
    if (!broker.hasRoom(body.length)) return "full";
    if (this.log === null || this.log.tail >= logSeqMax) this.log = addLog(topic);
    const { log } = this;
    const seq = log.tail++;
    log.handedTo = log.tail;
    log.residentFrom = log.tail;
    const frame = Buffer.allocUnsafeSlow(frameHeaderBytes + body.length);
    const view = new DataView(frame.buffer);
    const { wallNsHigh, wallNsLow, wallMs } = broker.time;
    writeHeader(view, 0, body.length, wallNsHigh, wallNsLow, log.id, seq);
    frame.set(body, frameHeaderBytes);
    broker.chargeExceptions(exceptionBytes + frame.length);
    topic.messageCount++;
    topic.messageBytes += body.length;
    broker.audit?.record(auditKinds.publish, topic, client, log.id, seq, 1, 0, delayMs, wallMs);
    if (log.durable && broker.schedule !== null) {
      this.#schedule(broker.schedule, log, seq, frame, delayMs);
      return null;
    }
    this.pending.push({ log, seq, frame, delayMs });
    topic.markDirty();
    return null;
  }

  /** They leave for the channels there are, each of which waits for them on its own. */
  hand(): void {
    const { broker, channels } = this.#topic;
    const { schedule } = broker;
    for (const { log, seq, frame, delayMs, scheduled } of this.pending) {
      if (scheduled !== undefined && schedule !== null) {
        this.#spread(schedule, log, scheduled);
        continue;
      }
      for (const channel of channels.values()) {
        channel.defer(new Exception(log, seq, 0, frame, frame === null), broker.time.nowMs + delayMs);
      }
    }
    this.clear();
  }

  dropLogs(logs: ReadonlySet<Log>): void {
    const kept = this.pending.filter(({ log }) => !logs.has(log));
    this.pending = this.pending.filter(({ log }) => logs.has(log));
    this.clear();
    this.pending = kept;
  }

  /** One that the schedule has as nobody's is due soon. */
  bring(log: Log, message: ScheduledMessage): void {
    const { broker } = this.#topic;
    if (this.pending.some((known) => known.log === log && known.seq === message.seq)) return;
    const { seq, frame, dueMs } = message;
    broker.chargeExceptions(exceptionBytes + frame.length);
    const delayMs = Math.max(0, dueMs - broker.time.wallMs);
    this.pending.push({ log, seq, frame, delayMs, scheduled: message });
    this.#topic.markDirty();
  }

  /** It counts when the schedule has it (SH1). Its delay begins now. */
  #schedule(schedule: Schedule, log: Log, seq: number, frame: Buffer, delayMs: number): void {
    const topic = this.#topic;
    const { broker } = topic;
    const dueAtMs = broker.time.nowMs + delayMs;
    const dueMs = Math.round(broker.wallOf(dueAtMs));
    const message = { topic: topic.name, logId: log.id, seq, dueMs, attempts: 0, frame };
    const owners = ownersOf(topic);
    schedule.keep(message, owners, (isSoon) => {
      broker.chargeExceptions(-exceptionBytes - frame.length);
      if (isSoon) this.#place(log, message, owners, dueAtMs);
      else for (const owner of owners) topic.channels.get(owner)?.countScheduled(1);
      if (owners[0] !== noChannel) this.#placeEphemeral(log, message, dueAtMs);
      log.noteScheduled(seq + 1);
    });
  }

  /** It leaves for the channels there are, each of which has it as its own when the schedule has. */
  #spread(schedule: Schedule, log: Log, message: ScheduledMessage): void {
    const owners = ownersOf(this.#topic);
    this.#placeEphemeral(log, message, this.#topic.broker.monotonicOf(message.dueMs));
    if (owners[0] === noChannel) schedule.drop(log.id, message.seq, noChannel);
    else schedule.spread(log.id, message.seq, owners, () => this.#place(log, message, owners));
  }

  #place(log: Log, message: ScheduledMessage, owners: readonly string[], dueAtMs?: number): void {
    if (owners[0] === noChannel) this.bring(log, message);
    for (const owner of owners) {
      const channel = this.#topic.channels.get(owner);
      if (channel !== undefined) bringTo(channel, log, message, dueAtMs);
    }
  }

  #placeEphemeral(log: Log, { seq, frame }: ScheduledMessage, dueAtMs: number): void {
    for (const channel of this.#topic.channels.values())
      if (channel.ephemeral) channel.defer(new Exception(log, seq, 0, frame, true), dueAtMs);
  }

  clear(): void {
    const { broker } = this.#topic;
    for (const { frame } of this.pending) {
      if (frame !== null) broker.chargeExceptions(-exceptionBytes - frame.length);
    }
    this.pending = [];
  }
}
