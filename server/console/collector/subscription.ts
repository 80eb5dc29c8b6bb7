/**
 * One node, followed for as long as the console runs, for all browsers alike: by its live stream, or, where it
 * has none for us, by asking for its `/stats` about once a second. A stream that ends, stalls, skips a line or
 * makes no sense is opened again after a pause.
 */
import { BackOff, pause } from "../back-off.ts";
import type { Gate } from "../bounded.ts";
import type { Clock } from "../clock.ts";
import type { NodeLimits } from "../contract/index.ts";
import type { HttpPeer } from "../http-peer.ts";
import { Refused, reasonOf } from "../peer-answer.ts";
import { limitsOf } from "./limits.ts";
import { parseLiveLine } from "./live-schema.ts";
import { NodeState } from "./node-state.ts";
import { StatsReader } from "./stats-reader.ts";

// A snapshot is one line: 10,000 topics of two channels each are about 10 MB.
const lineBytesMax = 64 * 1024 * 1024;
/** A stream with nothing on it for so long is opened again. */
const stalledAfterMs = 10_000;
const stallCheckMs = 1_000;
/** Nothing heard for so long: the node's figures are stale (A2.3). */
export const silentAfterMs = 3_000;
/** A node that is asked gets so many times the rest that an answer has cost. */
const restPerAsking = 4;
/** Between two answers of those that are read at a time; reading one of so much takes about 15 ms. */
const breathPerMegabyteMs = 100;
/** So long without a live stream, and it is looked for again: a node may be replaced by one that has it. */
const liveAgainMs = 60_000;

export interface SubscriptionOptions {
  readonly clock: Clock;
  readonly onLine: () => void;
  readonly intervalMs: number;
  /** Answers about ten thousand topics are read a few at a time. */
  readonly gate: Gate;
}

export class Subscription {
  readonly peer: HttpPeer;
  readonly state = new NodeState();
  /** Why nothing comes from it; null while it does, or before the first attempt has ended. */
  reason: string | null = null;
  /** What is not to be had of it; null: everything is, or it is not known yet. */
  limits: NodeLimits | null = null;
  /** On the console's clock, `nowMs` and `wallMs`, when the last line came. */
  heardAtMs: number | null = null;
  heardAtWallMs: number | null = null;
  readonly #options: SubscriptionOptions;
  readonly #stopped = new AbortController();
  readonly #backOff = new BackOff();
  #done: Promise<void> = Promise.resolve();
  /** The last attempt got nothing out of it: a stream that merely ends is first opened again. */
  #gone = false;
  #silentAfterMs = silentAfterMs;

  constructor(peer: HttpPeer, options: SubscriptionOptions) {
    this.peer = peer;
    this.#options = options;
  }

  get key(): string {
    return this.peer.address.key;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** The peer is closed by whoever made it. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  /** Its figures are from the last `silentAfterMs`, and nothing says that it went since. */
  get fresh(): boolean {
    if (this.heardAtMs === null || this.#gone) return false;
    return this.#options.clock.nowMs() - this.heardAtMs <= this.#silentAfterMs;
  }

  async #run(): Promise<void> {
    const signal = this.#stopped.signal;
    while (!signal.aborted) {
      const heardBeforeMs = this.heardAtMs;
      try {
        await this.#follow();
        this.reason = "it closed the live stream";
      } catch (error) {
        const limits = error instanceof Refused ? limitsOf(error.status, this.peer.secret) : null;
        if (limits) {
          this.limits = limits;
          await this.#ask();
          continue;
        }
        this.reason = reasonOf(error);
      }
      this.#gone = this.heardAtMs === heardBeforeMs;
      await pause(this.#backOff.next(), signal);
    }
  }

  #heard(silentMs: number): void {
    const { clock, onLine } = this.#options;
    this.#backOff.reset();
    this.reason = null;
    this.#gone = false;
    this.#silentAfterMs = silentMs;
    this.heardAtMs = clock.nowMs();
    this.heardAtWallMs = clock.wallMs();
    onLine();
  }

  /** Asks for `/stats` until it is time to look for a live stream again, or it does not answer. */
  async #ask(): Promise<void> {
    const { clock, gate, intervalMs } = this.#options;
    const signal = this.#stopped.signal;
    const reader = new StatsReader(this.peer);
    const untilMs = clock.nowMs() + liveAgainMs;
    let pauseMs = intervalMs;
    while (!signal.aborted && clock.nowMs() < untilMs) {
      const beganMs = clock.nowMs();
      try {
        await gate.run(async () => {
          const askedMs = clock.nowMs();
          const line = await reader.read(this.state, () => clock.wallMs());
          if (signal.aborted) return;
          this.state.apply(line);
          const restMs = Math.max(intervalMs, (clock.nowMs() - askedMs) * restPerAsking);
          // However many there are, and however much they say, most of this process' time is for others.
          const breathMs = (reader.length / 2 ** 20) * breathPerMegabyteMs;
          this.#heard(Math.max(silentAfterMs, 3 * (clock.nowMs() - beganMs + restMs + breathMs)));
          pauseMs = restMs;
          if (breathMs > 1) await pause(breathMs, signal);
        });
      } catch (error) {
        this.reason = reasonOf(error);
        this.#gone = true;
        await pause(this.#backOff.next(), signal);
        return;
      }
      await pause(pauseMs, signal);
    }
  }

  /** One stream from its first line to its end. */
  async #follow(): Promise<void> {
    const { clock, intervalMs } = this.#options;
    const ended = new AbortController();
    const openedAtMs = clock.nowMs();
    let lastMs = openedAtMs;
    let why: string | null = null;
    const end = (reason: string) => {
      why ??= reason;
      ended.abort();
    };
    const watchdog = setInterval(() => {
      if (clock.nowMs() - lastMs > stalledAfterMs) end("it said nothing for 10 s");
    }, stallCheckMs);
    try {
      await this.peer.lines(
        "/v1/live",
        { intervalMs: String(intervalMs) },
        {
          signal: AbortSignal.any([this.#stopped.signal, ended.signal]),
          lineBytesMax,
          onLine: (text) => {
            if (ended.signal.aborted) return;
            const line = parseLiveLine(text);
            if (!line) return end("it said something this console does not understand");
            if (!this.state.apply(line)) return end("a line of its live stream is missing");
            this.limits = null;
            this.#heard(silentAfterMs);
            lastMs = this.heardAtMs!;
          },
        },
      );
    } catch (error) {
      throw why === null ? error : new Error(why);
    } finally {
      clearInterval(watchdog);
    }
    if (why !== null) throw new Error(why);
  }
}
