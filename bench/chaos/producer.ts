/**
 * A producer that goes on until its message was acknowledged, by another node if need be. What it does not know
 * the outcome of it publishes again under the same uid.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../../server/broker/testing/random.ts";
import { dpub, mpub, pub } from "../../server/testing/commands.ts";
import type { Frame } from "../../server/testing/frames.ts";
import type { ChaosNode } from "./chaos-node.ts";
import type { Entry, Ledger } from "./ledger.ts";
import type { Recorder } from "./recorder.ts";
import { Wire } from "./wire.ts";

export interface ProducerPlan {
  /** Messages of a command: 1 is PUB, more is MPUB. */
  readonly batch: number;
  /** Commands that may be without an answer. */
  readonly window: number;
  /** DPUB with this delay. */
  readonly deferMs?: number;
}

export interface ProducerOptions extends ProducerPlan {
  readonly name: string;
  readonly nodes: readonly ChaosNode[];
  readonly first: number;
  readonly recorder: Recorder;
  readonly ledger: Ledger;
  readonly random: Random;
  /** The next message to publish; null: none now. */
  readonly next: () => Entry | null;
}

interface Command {
  readonly entries: readonly Entry[];
  readonly sentMs: number;
}

/** Longer than any answer may take: who waits longer has found what the history will show. */
const patienceMs = 20_000;
const retryAfterMs = 50;
const lookEveryMs = 5;
/** Of a connection, at random between; then to some other node, so that none is without load, whatever was done to it. */
const livesMs = [1_000, 4_000] as const;

export class Producer {
  readonly #options: ProducerOptions;
  readonly #again: Entry[] = [];
  #node: ChaosNode;
  #lives = 0;
  #stopped = false;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#node = options.nodes[options.first % options.nodes.length]!;
  }

  /** Resolves when there is nothing more to publish and all is acknowledged, or at once after `abandon`. */
  async run(isOver: () => boolean): Promise<void> {
    while (!this.#stopped && !(isOver() && this.#again.length === 0)) {
      if (this.#node.isUp) await this.#connection(isOver);
      else await pause(retryAfterMs);
      this.#elsewhere();
    }
  }

  abandon(): void {
    this.#stopped = true;
  }

  /** One connection, until it ends. */
  async #connection(isOver: () => boolean): Promise<void> {
    const proc = `${this.#options.name}.${++this.#lives}`;
    const owed: Command[] = [];
    const ended = Promise.withResolvers<void>();
    const [least, most] = livesMs;
    const untilMs = performance.now() + least + this.#options.random.below(most - least);
    const isLeaving = () => performance.now() > untilMs || (isOver() && this.#again.length === 0);
    const wire = new Wire(this.#node.process.tcpPort, "", {
      onFrame: (frame) => {
        const command = owed.shift();
        if (command) this.#answered(proc, command, frame);
        if (frame.type === "error") wire.close(frame.text);
        else if (!isLeaving()) this.#pump(proc, wire, owed);
      },
      onEnd: (why) => {
        for (const command of owed) this.#unknown(proc, command, why);
        ended.resolve();
      },
    });
    const timer = setInterval(() => {
      const [oldest] = owed;
      if (this.#stopped || (owed.length === 0 && isLeaving())) wire.close("done");
      else if (oldest && performance.now() - oldest.sentMs > patienceMs) wire.close("no answer");
      else if (!isLeaving()) this.#pump(proc, wire, owed);
    }, lookEveryMs);
    await ended.promise;
    clearInterval(timer);
    if (!this.#stopped) await pause(retryAfterMs);
  }

  #pump(proc: string, wire: Wire, owed: Command[]): void {
    const { window } = this.#options;
    while (wire.isOpen && owed.length < window) {
      const entries = this.#take();
      if (entries.length === 0) return;
      for (const entry of entries) this.#note(proc, entry, "invoke");
      owed.push({ entries, sentMs: performance.now() });
      wire.send(this.#bytesOf(entries));
    }
  }

  /** Of one topic. */
  #take(): Entry[] {
    const { batch, next } = this.#options;
    const entries: Entry[] = [];
    while (entries.length < batch) {
      const entry = this.#again.shift() ?? next();
      if (!entry) break;
      if (entries[0] && entries[0].topic !== entry.topic) {
        this.#again.unshift(entry);
        break;
      }
      entries.push(entry);
    }
    return entries;
  }

  #bytesOf(entries: readonly Entry[]): Buffer {
    const [{ topic, body }] = entries as [Entry];
    const { batch, deferMs } = this.#options;
    if (batch > 1)
      return mpub(
        topic.name,
        entries.map(({ body }) => body),
      );
    return deferMs === undefined ? pub(topic.name, body) : dpub(topic.name, deferMs, body);
  }

  #answered(proc: string, command: Command, frame: Frame): void {
    if (frame.type !== "response" || frame.text !== "OK") {
      return this.#unknown(proc, command, frame.type === "message" ? "a message" : frame.text);
    }
    for (const entry of command.entries) {
      this.#note(proc, entry, "ok");
      this.#options.ledger.acknowledge(entry);
    }
  }

  #unknown(proc: string, { entries }: Command, err: string): void {
    for (const entry of entries) this.#note(proc, entry, "info", err.slice(0, 200));
    this.#again.push(...entries);
  }

  #note(proc: string, { uid, topic, hash }: Entry, kind: "invoke" | "ok" | "info", err?: string): void {
    const { deferMs, recorder } = this.#options;
    recorder.add({
      op: "publish",
      proc,
      kind,
      uid,
      topic: topic.name,
      node: this.#node.name,
      ...(kind === "invoke" && { hash, ...(deferMs !== undefined && { deferMs }) }),
      ...(err !== undefined && { err }),
    });
  }

  #elsewhere(): void {
    const { nodes, random } = this.#options;
    const others = nodes.filter((node) => node !== this.#node);
    if (others.length > 0) this.#node = random.pick(others);
  }
}
