/**
 * What happened to messages, as fixed-size records on their way to the store.
 *
 * A record covers a run: consecutive sequences of one log to which the same thing
 * happened at the same instant, by the same client. A consumer that finishes a thousand
 * messages of one read chunk in order writes one record (A1). The ring is
 * bounded: when it is full, publishes and deliveries are refused first and FIN,
 * REQ and timeouts last (A3); what was refused is counted by kind, never silent.
 */
import type { ClientIdentity } from "./ports.ts";

export const auditKinds = {
  publish: 1,
  deliver: 2,
  finish: 3,
  requeue: 4,
  timeout: 5,
  touch: 6,
  /** Removed by an operator: emptied or deleted. */
  drop: 7,
} as const;
export type AuditKind = (typeof auditKinds)[keyof typeof auditKinds];

/** Where it happened: the channel, or the topic itself (`channel` is then ""). */
export interface AuditPlace {
  readonly topicName: string;
  readonly channelName: string;
}

export class AuditRing {
  readonly capacity: number;
  readonly kind: Uint8Array;
  readonly logId: Uint32Array;
  readonly seq: Uint32Array;
  readonly count: Uint32Array;
  /** Deliveries so far, this one included; 0 for publish. */
  readonly attempts: Uint16Array;
  /** REQ: the delay. DPUB: the delay. Milliseconds. */
  readonly delayMs: Uint32Array;
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: Float64Array;
  readonly place: (AuditPlace | null)[];
  readonly client: (ClientIdentity | null)[];
  /** Records ever written and ever drained; the difference is what waits. A record is at `index & (capacity - 1)`. */
  written = -0;
  drained = -0;
  /** Events (messages, not records) refused for want of room, by kind. */
  readonly refused = new Float64Array(8);
  /** Called, at most once per drain, when half of the ring is in use. */
  onHalfFull: (() => void) | null = null;

  /** Called before records are given back: who looks at what happens has to have seen them. */
  readonly onDrain = new Set<() => void>();

  readonly #mask: number;
  /** Beyond this many waiting records only FIN, REQ, timeouts and drops are taken. */
  readonly #thinAt: number;
  #halfFullTold = false;
  // The last record once more, where comparing with it is a few loads of one object.
  // -1: there is none that could go on.
  #nextSeq = -1;
  #lastKind = 0;
  #lastLogId = 0;
  #lastAttempts = 0;
  #lastDelayMs = 0;
  #lastAtMs = 0.5;
  #lastPlace: AuditPlace | null = null;
  #lastClient: ClientIdentity | null = null;

  constructor(capacity = 65_536) {
    this.capacity = capacity;
    this.#mask = capacity - 1;
    this.#thinAt = capacity * 0.75;
    this.kind = new Uint8Array(capacity);
    this.logId = new Uint32Array(capacity);
    this.seq = new Uint32Array(capacity);
    this.count = new Uint32Array(capacity);
    this.attempts = new Uint16Array(capacity);
    this.delayMs = new Uint32Array(capacity);
    this.atMs = new Float64Array(capacity);
    this.place = new Array(capacity).fill(null);
    this.client = new Array(capacity).fill(null);
  }

  get waiting(): number {
    return this.written - this.drained;
  }

  /** Notes that `kind` happened to [seq, seq + count). Joins the last record when it is the same run going on. */
  record(
    kind: AuditKind,
    place: AuditPlace,
    client: ClientIdentity | null,
    logId: number,
    seq: number,
    count: number,
    attempts: number,
    delayMs: number,
    atMs: number,
  ): void {
    if (
      seq === this.#nextSeq &&
      logId === this.#lastLogId &&
      kind === this.#lastKind &&
      atMs === this.#lastAtMs &&
      place === this.#lastPlace &&
      client === this.#lastClient &&
      attempts === this.#lastAttempts &&
      delayMs === this.#lastDelayMs
    ) {
      this.#nextSeq = seq + count;
      const last = (this.written - 1) & this.#mask;
      this.count[last] = this.count[last]! + count;
      return;
    }
    const waiting = this.written - this.drained;
    if (waiting >= this.#thinAt && (waiting >= this.capacity || kind <= auditKinds.deliver)) {
      this.refused[kind] = this.refused[kind]! + count;
      return;
    }
    const i = this.written++ & this.#mask;
    this.kind[i] = kind;
    this.logId[i] = logId;
    this.seq[i] = seq;
    this.count[i] = count;
    this.attempts[i] = attempts;
    this.delayMs[i] = delayMs;
    this.atMs[i] = atMs;
    this.place[i] = place;
    this.client[i] = client;
    this.#lastKind = kind;
    this.#lastLogId = logId;
    this.#lastAttempts = attempts;
    this.#lastDelayMs = delayMs;
    this.#lastAtMs = atMs;
    this.#lastPlace = place;
    this.#lastClient = client;
    this.#nextSeq = seq + count;
    if (waiting * 2 >= this.capacity && !this.#halfFullTold) {
      this.#halfFullTold = true;
      this.onHalfFull?.();
    }
  }

  /** Gives the oldest `records` slots back. Call after their content has been copied out. */
  drain(records: number): void {
    for (const look of this.onDrain) look();
    for (let n = 0; n < records; n++) {
      const i = (this.drained + n) & this.#mask;
      this.place[i] = null;
      this.client[i] = null;
    }
    this.drained += records;
    if (this.drained === this.written) this.#nextSeq = -1;
    this.#halfFullTold = false;
  }
}
