/**
 * What a broker owes, kept in the simplest way there is: every message of every channel
 * in one map, with its state. The world compares the broker with it after every turn.
 */

export interface Published {
  /** In order of publishing. */
  readonly uid: number;
  readonly bytes: number;
  readonly wallMs: number;
  readonly logId: number;
  readonly seq: number;
  /** A deferred publish: its delay. */
  readonly delayMs: number | null;
}

export type OwedState = "waiting" | "held" | "deferred";

export interface Owed {
  readonly message: Published;
  state: OwedState;
  /** Deliveries so far. */
  attempts: number;
  /** Number of the consumer that holds it. */
  owner: number;
  sinceMs: number;
  atMs: number;
  /** Never handed out, requeued or deferred. */
  fresh: boolean;
  /** Nobody can have it any more: it died with a node's memory. The broker must say so. */
  hole: boolean;
}

export interface ModelSubscription {
  readonly number: number;
  rdy: number;
  inFlight: number;
  readonly msgTimeoutMs: number;
  closing: boolean;
  gone: boolean;
}

export class ModelChannel {
  readonly name: string;
  readonly owed = new Map<number, Owed>();
  readonly counts: Record<OwedState, number> = { waiting: 0, held: 0, deferred: 0 };
  readonly timed = new Set<Owed>();
  readonly subscriptions: ModelSubscription[] = [];
  /** Highest sequence a log's first deliveries have reached. */
  readonly reached = new Map<number, number>();
  paused = false;
  messageCount = 0;
  finishCount = 0;
  requeueCount = 0;
  timeoutCount = 0;

  constructor(name: string) {
    this.name = name;
  }

  get ephemeral(): boolean {
    return this.name.endsWith("#ephemeral");
  }

  add(owed: Owed): void {
    const key = keyOf(owed.message.logId, owed.message.seq);
    if (this.owed.has(key)) throw new Error(`${nameOf(owed.message)} is owed twice on ${this.name}`);
    this.owed.set(key, owed);
    this.counts[owed.state]++;
    if (owed.state !== "waiting") this.timed.add(owed);
  }

  move(owed: Owed, state: OwedState, atMs = 0): void {
    this.counts[owed.state]--;
    this.counts[state]++;
    owed.state = state;
    owed.atMs = atMs;
    if (state === "waiting") this.timed.delete(owed);
    else this.timed.add(owed);
  }

  remove(owed: Owed): void {
    this.owed.delete(keyOf(owed.message.logId, owed.message.seq));
    this.counts[owed.state]--;
    this.timed.delete(owed);
  }

  empty(): void {
    this.owed.clear();
    this.timed.clear();
    this.counts.waiting = 0;
    this.counts.held = 0;
    this.counts.deferred = 0;
    for (const subscription of this.subscriptions) subscription.inFlight = 0;
  }

  /** What left the topic arrives. */
  hand(message: Published, hole: boolean, nowMs: number): void {
    this.messageCount++;
    const dueMs = message.delayMs === null ? 0 : nowMs + message.delayMs;
    const owed = waitingFor(message, { hole, fresh: message.delayMs === null });
    this.add(owed);
    if (dueMs > nowMs) this.move(owed, "deferred", dueMs);
  }

  /** @returns how many messages timed out */
  tick(nowMs: number): number {
    const before = this.timeoutCount;
    for (const owed of this.timed) {
      if (owed.atMs > nowMs) continue;
      if (owed.state === "held") {
        this.timeoutCount++;
        const owner = this.subscriptions.find(({ number }) => number === owed.owner);
        if (owner) owner.inFlight--;
      }
      this.move(owed, "waiting");
    }
    return this.timeoutCount - before;
  }
}

export class ModelTopic {
  readonly name: string;
  readonly channels = new Map<string, ModelChannel>();
  /** Has not left the topic, in order. */
  unhanded: { readonly message: Published; readonly hole: boolean }[] = [];
  paused = false;
  messageCount = 0;

  constructor(name: string) {
    this.name = name;
  }

  get ephemeral(): boolean {
    return this.name.endsWith("#ephemeral");
  }
}

export function waitingFor(
  message: Published,
  { hole = false, fresh = true, attempts = 0 }: { hole?: boolean; fresh?: boolean; attempts?: number } = {},
): Owed {
  return { message, state: "waiting", attempts, owner: 0, sinceMs: 0, atMs: 0, fresh, hole };
}

export function keyOf(logId: number, seq: number): number {
  return logId * 2 ** 32 + seq;
}

export function nameOf({ logId, seq, uid }: Published): string {
  return `message ${uid} (${logId}:${seq})`;
}
