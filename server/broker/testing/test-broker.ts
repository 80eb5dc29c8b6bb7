/**
 * A broker whose clock is moved by hand and whose backlog answers when told to, with
 * everything it says to the world noted. Each helper ends its turn.
 */
import { type AuditKind, AuditRing, auditKinds } from "../audit-ring.ts";
import { Broker, type BrokerOptions } from "../broker.ts";
import type { Channel } from "../channel.ts";
import type { TopicCheckpoint } from "../checkpoint.ts";
import type { Schedule } from "../schedule.ts";
import type { Subscription, SubscriptionSettings } from "../subscription.ts";
import type { PutRefusal, Topic } from "../topic.ts";
import { MemoryBacklog } from "./memory-backlog.ts";
import { Random } from "./random.ts";
import { Recorder } from "./recorder.ts";

export interface TestBrokerOptions extends Partial<BrokerOptions> {
  readonly backlog?: MemoryBacklog;
  /** The first log id; the next broker on the same backlog needs others. */
  readonly firstLogId?: number;
  readonly seed?: number;
  readonly wallMs?: number;
  readonly mayHandOut?: () => boolean;
  readonly schedule?: Schedule;
  readonly refusesDurable?: () => boolean;
}

export interface AuditEvent {
  readonly kind: string;
  readonly channel: string;
  readonly logId: number;
  readonly seq: number;
  readonly count: number;
  readonly attempts: number;
  readonly delayMs: number;
}

export class TestBroker {
  readonly broker: Broker;
  readonly backlog: MemoryBacklog;
  readonly audit = new AuditRing(4_096);
  readonly heard: string[] = [];
  readonly lost: { readonly channel: string; readonly from: number; readonly to: number }[] = [];
  #woken = false;
  #consumers = 0;
  #nextLogId: number;

  constructor(options: TestBrokerOptions = {}) {
    this.backlog = options.backlog ?? new MemoryBacklog();
    this.#nextLogId = options.firstLogId ?? 1;
    this.broker = new Broker(
      {
        memQueueSize: options.memQueueSize ?? 10_000,
        memBytes: options.memBytes ?? 64 * 1024 * 1024,
        maxMsgTimeoutMs: options.maxMsgTimeoutMs ?? 900_000,
        maxReqTimeoutMs: options.maxReqTimeoutMs ?? 3_600_000,
        ...(options.latency && { latency: options.latency }),
        ...(options.durability && { durability: options.durability }),
      },
      {
        backlog: this.backlog,
        logIds: { next: () => this.#nextLogId++ },
        listener: {
          topicCreated: (topic) => this.heard.push(`+${topic}`),
          topicDeleted: (topic) => this.heard.push(`-${topic}`),
          channelCreated: (topic, channel) => this.heard.push(`+${topic}/${channel}`),
          channelDeleted: (topic, channel) => this.heard.push(`-${topic}/${channel}`),
          pauseChanged: (topic, channel, paused) =>
            this.heard.push(
              `${paused ? "pause" : "unpause"} ${topic}${channel === null ? "" : `/${channel}`}`,
            ),
        },
        report: { lost: (_topic, channel, _logId, from, to) => this.lost.push({ channel, from, to }) },
        audit: this.audit,
        random: new Random(options.seed ?? 1).next,
        wake: () => {
          this.#woken = true;
        },
        ...(options.schedule && { schedule: options.schedule }),
        ...(options.mayHandOut && { mayHandOut: options.mayHandOut }),
        ...(options.refusesDurable && { refusesDurable: options.refusesDurable }),
      },
    );
    this.broker.time.set(1_000, options.wallMs ?? 1_700_000_000_000);
  }

  get time() {
    return this.broker.time;
  }

  topic(name = "orders"): Topic {
    return this.broker.ensureTopic(name);
  }

  channel(name = "billing", topic = "orders"): Channel {
    return this.topic(topic).ensureChannel(name);
  }

  /** Ends the turn, if anything asked for it. */
  turn(): void {
    for (let n = 0; this.#woken; n++) {
      if (n > 10_000) throw new Error("the broker wakes without end");
      this.#woken = false;
      this.broker.settle();
    }
  }

  /** Publishes without ending the turn. */
  put(body: string | Uint8Array, topic = "orders"): PutRefusal | null {
    const bytes = Buffer.from(body);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.topic(topic).put(bytes, view, 0, bytes.length, null);
  }

  publish(...bodies: (string | Uint8Array)[]): void {
    for (const body of bodies) {
      const refusal = this.put(body);
      if (refusal !== null) throw new Error(`refused: ${refusal}`);
    }
    this.turn();
  }

  /** Publishes `count` messages of `bytes` bytes in one turn; each begins with its number. */
  publishMany(count: number, bytes = 100, from = 0): void {
    this.publish(...numbered(count, bytes, from));
  }

  defer(body: string, delayMs: number): void {
    const refusal = this.topic().putDeferred(Buffer.from(body), delayMs, null);
    if (refusal !== null) throw new Error(`refused: ${refusal}`);
    this.turn();
  }

  subscribe(
    rdy: number,
    settings: Partial<SubscriptionSettings> & { readonly channel?: string; readonly retains?: boolean } = {},
  ): { consumer: Recorder; subscription: Subscription } {
    const consumer = new Recorder(++this.#consumers);
    consumer.retains = settings.retains ?? false;
    const subscription = this.channel(settings.channel).subscribe(consumer, {
      msgTimeoutMs: settings.msgTimeoutMs ?? 60_000,
      sampleRate: settings.sampleRate ?? 0,
    });
    consumer.onClose = () => subscription.close();
    subscription.ready(rdy);
    this.turn();
    return { consumer, subscription };
  }

  /** Moves both clocks, and ticks as the node does. */
  advance(ms: number, stepMs = ms): void {
    for (let moved = 0; moved < ms; moved += stepMs) {
      this.time.set(this.time.nowMs + stepMs, this.time.wallMs + stepMs);
      this.broker.tick();
      this.turn();
    }
  }

  /** Lets the backlog answer everything, turn by turn. */
  answer(): void {
    for (let n = 0; this.backlog.writes.length + this.backlog.reads.length > 0; n++) {
      if (n > 10_000) throw new Error("the broker asks without end");
      this.backlog.answerAll();
      this.turn();
    }
  }

  restore(checkpoints: readonly TopicCheckpoint[]): void {
    this.broker.restore(checkpoints);
    this.turn();
  }

  get events(): AuditEvent[] {
    const events: AuditEvent[] = [];
    const { audit } = this;
    for (let index = audit.drained; index < audit.written; index++) {
      const i = index & (audit.capacity - 1);
      events.push({
        kind: nameOf(audit.kind[i] as AuditKind),
        channel: audit.place[i]?.channelName ?? "",
        logId: audit.logId[i] as number,
        seq: audit.seq[i] as number,
        count: audit.count[i] as number,
        attempts: audit.attempts[i] as number,
        delayMs: audit.delayMs[i] as number,
      });
    }
    return events;
  }
}

export function numbered(count: number, bytes: number, from = 0): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const body = Buffer.alloc(bytes, ".");
    body.write(`${from + index} `);
    return body;
  });
}

function nameOf(kind: AuditKind): string {
  const entry = Object.entries(auditKinds).find(([, value]) => value === kind);
  if (!entry) throw new Error(`no such kind: ${kind}`);
  return entry[0];
}
