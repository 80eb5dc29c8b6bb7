/**
 * A topic's deferred publishes that have not left it. They have a log of their own, in which only their
 * sequences are: they never lie in a slab, each has its copy. Their delay begins when they leave, as in NSQ.
 */
import { auditKinds } from "./audit-ring.ts";
import { Exception, exceptionBytes } from "./exceptions.ts";
import { frameHeaderBytes, writeHeader } from "./frame.ts";
import { type Log, logSeqMax } from "./log.ts";
import type { ClientIdentity } from "./ports.ts";
import type { PutRefusal, Topic } from "./topic.ts";

interface PendingDeferral {
  readonly log: Log;
  readonly seq: number;
  /** null: it is in the store, since the last start. */
  readonly frame: Buffer | null;
  readonly delayMs: number;
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
    if (this.log === null || this.log.tail >= logSeqMax) this.log = topic.addLog();
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
    this.pending.push({ log, seq, frame, delayMs });
    topic.markDirty();
    return null;
  }

  /** They leave for the channels there are, each of which waits for them on its own. */
  hand(): void {
    const { broker, channels } = this.#topic;
    for (const { log, seq, frame, delayMs } of this.pending) {
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

  clear(): void {
    const { broker } = this.#topic;
    for (const { frame } of this.pending) {
      if (frame !== null) broker.chargeExceptions(-exceptionBytes - frame.length);
    }
    this.pending = [];
  }
}
