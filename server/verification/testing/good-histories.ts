/**
 * Histories of runs in which everything was kept: two nodes, one of which dies and is adopted, publishes of unknown
 * outcome that are tried again, requeues, timeouts, deferrals. Written from the promises, by none of the code under test.
 */
import { Random } from "../../broker/testing/random.ts";
import type { HistoryEvent } from "../event.ts";

export const msgTimeoutMs = 400;
export const leaseTtlMs = 500;
export const flushWindowMs = 100;
const crashMs = 2_000;
const adoptedMs = crashMs + leaseTtlMs + 100;
export const endMs = 30_000;
const channels = ["billing", "mail"];

type Timed = HistoryEvent extends infer E
  ? E extends HistoryEvent
    ? Omit<E, "t"> & { ms: number }
    : never
  : never;

export function goodHistory(seed: number): HistoryEvent[] {
  return new GoodRun(new Random(seed)).events();
}

class GoodRun {
  readonly #random: Random;
  readonly #events: Timed[] = [];
  readonly #seqs = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  events(): HistoryEvent[] {
    this.#world();
    const count = 30 + this.#random.below(60);
    for (let n = 0; n < count; n++) this.#message(`m${n}`, 20 + this.#random.below(4_000));
    for (let n = 0; n < 240; n++) this.#bystander(`b${n}`, 10_000 + n * 16);
    for (let n = 0; n < 240; n++) this.#control(`e${n}`, 10_001 + n * 16);
    return this.#events
      .map(({ ms, ...event }) => ({ ...event, t: Math.round(ms * 1e6) }) as HistoryEvent)
      .sort((a, b) => a.t - b.t);
  }

  #add(event: Timed): void {
    this.#events.push(event);
  }

  #world(): void {
    const ok = { kind: "ok", proc: "harness" } as const;
    this.#add({
      ...{ op: "run", ms: 0, proc: "harness", kind: "ok", seed: 7 },
      promises: {
        msgTimeoutMs,
        flushWindowMs,
        leaseTtlMs,
        skewMs: 1,
        bystanders: ["steady"],
        controls: ["elsewhere"],
      },
    });
    for (const node of ["a", "b"]) {
      this.#add({ ...ok, op: "start", ms: 1, node });
      this.#add({ ...ok, op: "epoch", ms: 2, node, epoch: 1 });
    }
    this.#add({ ...ok, op: "own", ms: 3, node: "a", log: 1 });
    this.#add({ ...ok, op: "own", ms: 3, node: "b", log: 2 });
    for (const channel of channels) this.#add({ ...ok, op: "channel", ms: 5, topic: "orders", channel });
    this.#add({ ...ok, op: "channel", ms: 5, topic: "steady", channel: "all" });
    this.#add({ ...ok, op: "crash", ms: crashMs, node: "a" });
    for (let n = 0; n < 4; n++) {
      const [topic, channel] = ["orders", channels[n % 2]!];
      this.#add({ ...ok, op: "gone", proc: `c${n}`, ms: crashMs, topic, channel });
    }
    this.#add({ ...ok, op: "adopt", ms: adoptedMs, node: "b", of: "a", epoch: 2 });
    this.#add({ ...ok, op: "own", ms: adoptedMs, node: "b", log: 1 });
    this.#add({ ...ok, op: "start", ms: 3_500, node: "a" });
    this.#add({ ...ok, op: "commit", kind: "fail", ms: 3_500.5, node: "a", epoch: 1 });
    this.#add({ ...ok, op: "epoch", ms: 3_501, node: "a", epoch: 3 });
    this.#add({ ...ok, op: "phase", ms: 9_000, phase: "calm" });
    this.#add({ ...ok, op: "phase", ms: 12_000, phase: "hurt" });
    this.#add({ ...ok, op: "gauge", ms: 5_000, name: "rss of a", value: 90, max: 100 });
    this.#add({ ...ok, op: "end", ms: endMs, drained: true });
  }

  #message(uid: string, ms: number): void {
    const random = this.#random;
    const node = ms < crashMs && random.chance(0.7) ? "a" : "b";
    const deferMs = random.chance(0.2) ? 20 + random.below(500) : undefined;
    const invoke = { op: "publish", proc: "p1", uid, topic: "orders", hash: `h-${uid}` } as const;
    const defer = deferMs === undefined ? {} : { deferMs };
    this.#add({ ...invoke, ...defer, kind: "invoke", ms, node });
    if (node === "a" && ms > crashMs - 10) {
      // Nobody knows what became of it: it may be there, it is published again, and both may come.
      this.#add({ ...invoke, kind: "info", ms: crashMs + 1, node });
      this.#add({ ...invoke, ...defer, kind: "invoke", ms: crashMs + 5, node: "b" });
      this.#add({ ...invoke, kind: "ok", ms: crashMs + 8, node: "b" });
      const both = random.chance(0.5);
      for (const channel of channels) {
        this.#deliver(uid, channel, "b", crashMs + 8 + (deferMs ?? 0), this.#msgid(uid, "b"));
        if (both) this.#deliver(uid, channel, "b", adoptedMs + 5 + (deferMs ?? 0), this.#msgid(uid, "a"));
      }
      return;
    }
    this.#add({ op: "commit", proc: "store", kind: "ok", ms: ms + 1, node, epoch: 1 });
    this.#add({ ...invoke, kind: "ok", ms: ms + 2, node });
    for (const channel of channels) {
      this.#deliver(uid, channel, node, ms + 2 + (deferMs ?? 0), this.#msgid(uid, node));
    }
  }

  /** Deliveries until it is finished, by its node or, once that is dead, by the other. */
  #deliver(uid: string, channel: string, firstNode: string, fromMs: number, msgid: string): void {
    const random = this.#random;
    const place = { topic: "orders", channel, uid, msgid };
    let node = firstNode;
    let ms = fromMs + random.next() * 5;
    let attempt = 1;
    for (let turn = 0; ; turn++) {
      if (node === "a" && ms >= crashMs) {
        node = "b";
        ms = Math.max(ms, adoptedMs + 1 + random.next() * 50);
      }
      const proc = `c${channels.indexOf(channel) + 2 * random.below(2)}`;
      this.#add({ ...place, op: "deliver", kind: "ok", proc, ms, node, attempt, hash: `h-${uid}` });
      this.#audit("deliver", { channel, msgid, node, ms });
      const answeredMs = ms + 1 + random.next() * 20;
      const willDie = node === "a" && answeredMs + 2 >= crashMs;
      if (willDie || (turn < 2 && random.chance(0.1))) {
        // Nobody answers.
        ms += msgTimeoutMs + random.next() * 30;
        attempt++;
        continue;
      }
      const isRequeue = turn < 3 && random.chance(0.2);
      const answer = { ...place, op: isRequeue ? "requeue" : "finish", proc, node } as const;
      const delayMs = isRequeue && random.chance(0.5) ? 30 + random.below(800) : 0;
      this.#add({ ...answer, kind: "invoke", ms: answeredMs, ...(isRequeue && { delayMs }) });
      this.#add({ ...answer, kind: "ok", ms: answeredMs + 1, ...(isRequeue && { delayMs }) });
      this.#audit(answer.op, { channel, msgid, node, ms: answeredMs + 1 });
      const inWindow = node === "a" && answeredMs + 1 > crashMs - flushWindowMs;
      if (!isRequeue && !(inWindow && random.chance(0.5))) return;
      ms = isRequeue ? answeredMs + 2 + delayMs : crashMs + 1;
      attempt++;
      // What was requeued or timed out before the window stays counted.
      if (inWindow && attempt === 2 && random.chance(0.5)) {
        attempt = 1;
        ms = Math.max(ms, crashMs + 1);
      }
    }
  }

  #audit(
    what: "deliver" | "finish" | "requeue",
    place: { channel: string; msgid: string; node: string; ms: number },
  ): void {
    this.#add({ ...place, op: "audit", proc: "store", kind: "ok", what, topic: "orders" });
  }

  #bystander(uid: string, ms: number): void {
    const place = { uid, topic: "steady", proc: "p2", node: "b" };
    const of = { ...place, channel: "all", proc: "c9", msgid: this.#msgid(uid, "b") };
    this.#add({ ...place, op: "publish", kind: "invoke", ms, hash: `h-${uid}` });
    this.#add({ ...place, op: "publish", kind: "ok", ms: ms + 1 + this.#random.next() * 3 });
    this.#add({ ...of, op: "deliver", kind: "ok", ms: ms + 5, hash: `h-${uid}`, attempt: 1 });
    this.#add({ ...of, op: "finish", kind: "invoke", ms: ms + 6 });
    this.#add({ ...of, op: "finish", kind: "ok", ms: ms + 7 });
    const row = { topic: "steady", channel: "all", msgid: of.msgid, node: "b", proc: "store" };
    this.#add({ ...row, op: "audit", kind: "ok", ms: ms + 7, what: "deliver" });
    this.#add({ ...row, op: "audit", kind: "ok", ms: ms + 7, what: "finish" });
  }

  /** Of a node that nobody hurts, and of a topic that may lose it. */
  #control(uid: string, ms: number): void {
    const place = { uid, topic: "elsewhere", proc: "p3", node: "e" };
    const durable = false;
    this.#add({ ...place, op: "publish", kind: "invoke", ms, hash: `h-${uid}`, durable });
    this.#add({ ...place, op: "publish", kind: "ok", ms: ms + 1 + this.#random.next() * 3 });
  }

  /** One per publish: channels share it. */
  #msgid(uid: string, node: string): string {
    const key = `${uid} ${node}`;
    let seq = this.#seqs.get(key);
    if (seq === undefined) {
      seq = this.#seqs.size;
      this.#seqs.set(key, seq);
    }
    return `0000000${node === "a" ? 1 : 2}${seq.toString(16).padStart(8, "0")}`;
  }
}
