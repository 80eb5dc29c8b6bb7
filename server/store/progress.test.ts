/** Brokers that die and come back from blocks and flushes alone, over and over. */

import { expect, test } from "vitest";
import { MemoryBacklog } from "../broker/testing/memory-backlog.ts";
import { Random } from "../broker/testing/random.ts";
import { TestBroker } from "../broker/testing/test-broker.ts";
import { sealLogs } from "../broker/topic-logs.ts";
import type { StoredLog } from "./checkpoint-fit.ts";
import { decodeFlush, encodeFlush } from "./progress-codec.ts";
import { ProgressFold } from "./progress-fold.ts";

const durability = { timeoutMs: 5_000, isDurable: () => true };
const channels = ["billing", "stock"];

/** One topic with two channels; what a flush has said is what a crash leaves. */
class Life {
  readonly node: TestBroker;
  readonly #random: Random;
  readonly #folds: ProgressFold[];
  readonly #lifeOf: Map<number, ProgressFold>;
  readonly #fold = new ProgressFold();
  readonly #held = new Map<
    string,
    { key: string; attempts: number; finish(): void; requeue(delayMs: number): void }[]
  >();
  /** Published and confirmed. */
  readonly confirmed: Set<string>;
  /** By channel: finished at some time. */
  readonly answered: Map<string, Set<string>>;
  /** By channel: finished when the last flush was taken; finished since. */
  readonly finished: Map<string, Set<string>>;
  readonly #finishedNow = new Map<string, Set<string>>(channels.map((name) => [name, new Set()]));
  /** Attempts that a flush has seen. */
  readonly attempts: Map<string, number>;
  readonly #attemptsNow = new Map<string, number>();
  #isFirstFlush = true;
  #published = 0;

  constructor(
    random: Random,
    backlog: MemoryBacklog,
    firstLogId: number,
    before: Pick<Life, "confirmed" | "answered" | "finished" | "attempts"> & {
      folds: ProgressFold[];
      lifeOf: Map<number, ProgressFold>;
    },
  ) {
    this.#random = random;
    this.#folds = before.folds;
    this.#lifeOf = before.lifeOf;
    this.confirmed = before.confirmed;
    this.answered = before.answered;
    this.finished = before.finished;
    this.attempts = before.attempts;
    this.node = new TestBroker({ backlog, durability, firstLogId, seed: random.below(1_000) });
    this.node.broker.progress!.isKept = true;
    this.#restore(backlog);
    for (const name of channels) {
      const { consumer, subscription } = this.node.subscribe(1 + random.below(40), {
        channel: name,
        msgTimeoutMs: 500,
      });
      this.#held.set(name, []);
      consumer.onWrite = (messages) => {
        for (const { logId, seq, attempts, body } of messages) {
          const key = body.toString();
          this.#check(name, key, attempts);
          this.#held.get(name)!.push({
            key,
            attempts,
            finish: () => {
              if (subscription.finish(logId, seq) !== null) return;
              this.#finishedNow.get(name)!.add(key);
              this.answered.get(name)!.add(key);
            },
            requeue: (delayMs) => void subscription.requeue(logId, seq, delayMs),
          });
        }
        return true;
      };
    }
  }

  step(): void {
    const { node } = this;
    const random = this.#random;
    const what = random.below(100);
    const held = this.#held.get(random.pick(channels))!;
    if (what < 25) this.#publish(1 + random.below(30));
    else if (what < 55)
      for (let n = random.below(40); n > 0 && held.length > 0; n--)
        held.splice(random.below(held.length), 1)[0]!.finish();
    else if (what < 65 && held.length > 0)
      held.splice(random.below(held.length), 1)[0]!.requeue(random.chance(0.5) ? 0 : random.below(2_000));
    else if (what < 75) node.advance(random.below(700), 100);
    else if (what < 77) node.broker.pauseTopic(node.topic(), !node.topic().paused);
    else if (what < 79) sealLogs(node.topic(), () => true);
    else if (what < 90) node.answer();
    else this.flush();
    node.turn();
  }

  flush(): void {
    const { progress } = this.node.broker;
    const flush = progress!.take(this.#isFirstFlush || this.#random.chance(0.05), () => true);
    if (flush === null) return;
    this.#isFirstFlush = false;
    this.#fold.apply(decodeFlush(encodeFlush(flush))!);
    for (const logId of flush.restored) this.#lifeOf.set(logId, this.#fold);
    for (const name of channels)
      for (const key of this.#finishedNow.get(name)!) this.finished.get(name)!.add(key);
    for (const [key, attempts] of this.#attemptsNow) this.attempts.set(key, attempts);
    progress!.saved();
  }

  settle(): void {
    const { node } = this;
    if (node.topic().paused) node.broker.pauseTopic(node.topic(), false);
    const isOwing = () =>
      [...node.topic().channels.values()].some(
        (channel) => channel.depth + channel.inFlightCount + channel.deferredCount > 0,
      );
    for (let n = 0; isOwing(); n++) {
      if (n > 20_000) throw new Error("it does not come to an end");
      node.answer();
      for (const held of this.#held.values()) for (const message of held.splice(0)) message.finish();
      node.advance(10);
      if (n % 20 === 0) this.flush();
    }
  }

  /** The logs it had, by whose flushes tell of them. */
  die(): { folds: ProgressFold[]; lifeOf: Map<number, ProgressFold> } {
    this.node.backlog.crash(new Set(this.node.backlog.blocks.map(({ logId }) => logId)));
    return { folds: [...this.#folds, this.#fold], lifeOf: this.#lifeOf };
  }

  #publish(count: number): void {
    for (; count > 0; count--) {
      const body = `${this.node.broker.time.nowMs} ${this.#published++} ${this.#random.below(1e9)}`;
      expect(this.node.put(body)).toBeNull();
      const log = this.node.topic().log!;
      if (!this.#lifeOf.has(log.id)) this.#lifeOf.set(log.id, this.#fold);
      this.node.broker.durable.whenStored(log, (isStored) => {
        if (isStored) this.confirmed.add(body);
      });
    }
  }

  #check(channel: string, key: string, attempts: number): void {
    const place = `${channel} ${key}`;
    if (this.finished.get(channel)!.has(key))
      throw new Error(`${place} was finished before a flush, and came again`);
    const known = this.attempts.get(place) ?? 0;
    if (attempts <= known) throw new Error(`${place}: attempts go back, ${attempts} after ${known}`);
    this.#attemptsNow.set(place, attempts);
  }

  #restore(backlog: MemoryBacklog): void {
    const stored = new Map<number, StoredLog>();
    for (const { logId, firstSeq, endSeq } of backlog.blocks) {
      const known = stored.get(logId);
      stored.set(logId, {
        ...{ logId, topic: "orders", looseFrom: 0, looseTo: 0 },
        runsFrom: Math.min(firstSeq, known?.runsFrom ?? firstSeq),
        runsTo: Math.max(endSeq, known?.runsTo ?? endSeq),
      });
    }
    for (const fold of this.#folds) {
      const its = new Map([...stored].filter(([logId]) => this.#lifeOf.get(logId) === fold));
      this.node.restore(fold.fit(its));
    }
  }
}

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  "[PR2] what is confirmed comes, what a flush has finished stays finished, attempts do not go back (seed %i)",
  (seed) => {
    const random = new Random(seed);
    const backlog = new MemoryBacklog();
    const told = {
      confirmed: new Set<string>(),
      answered: new Map(channels.map((name) => [name, new Set<string>()])),
      finished: new Map(channels.map((name) => [name, new Set<string>()])),
      attempts: new Map<string, number>(),
    };
    let left: ReturnType<Life["die"]> = { folds: [], lifeOf: new Map() };
    let life!: Life;
    for (let lives = 0; lives < 5; lives++) {
      life = new Life(random, backlog, 1 + lives * 1_000, { ...told, ...left });
      for (let steps = 50 + random.below(300); steps > 0; steps--) life.step();
      if (lives < 4) left = life.die();
    }
    life.settle();

    for (const name of channels) {
      const missing = [...told.confirmed].filter((key) => !told.answered.get(name)!.has(key));
      expect(missing, name).toEqual([]);
    }
    expect(told.confirmed.size).toBeGreaterThan(0);
    expect(life.node.lost).toEqual([]);
  },
);
