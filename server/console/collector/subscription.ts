/**
 * One node's live stream, held open for as long as the console runs: one subscription for all
 * browsers. A stream that ends, stalls, skips a line or makes no sense is opened again after a pause.
 */
import { BackOff, pause } from "../back-off.ts";
import type { Clock } from "../clock.ts";
import type { HttpPeer } from "../http-peer.ts";
import { reasonOf } from "../http-peer.ts";
import { parseLiveLine } from "./live-schema.ts";
import { NodeState } from "./node-state.ts";

// A snapshot is one line: 10,000 topics of two channels each are about 10 MB.
const lineBytesMax = 64 * 1024 * 1024;
/** A stream with nothing on it for so long is opened again. */
const stalledAfterMs = 10_000;
const stallCheckMs = 1_000;
/** Nothing heard for so long: the node's figures are stale (A2.3). */
export const silentAfterMs = 3_000;

export class Subscription {
  readonly peer: HttpPeer;
  readonly state = new NodeState();
  /** Why the stream is not open; null while it is, or before the first attempt has ended. */
  reason: string | null = null;
  /** On the console's clock, `nowMs` and `wallMs`, when the last line came. */
  heardAtMs: number | null = null;
  heardAtWallMs: number | null = null;
  readonly #clock: Clock;
  readonly #onLine: () => void;
  readonly #stopped = new AbortController();
  readonly #intervalMs: number;
  #done: Promise<void> = Promise.resolve();
  /** The last attempt got nothing out of it: a stream that merely ends is first opened again. */
  #gone = false;

  constructor(peer: HttpPeer, options: { clock: Clock; onLine: () => void; intervalMs: number }) {
    this.peer = peer;
    this.#clock = options.clock;
    this.#onLine = options.onLine;
    this.#intervalMs = options.intervalMs;
  }

  get key(): string {
    return this.peer.address.key;
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
    this.peer.close();
  }

  /** Its figures are from the last `silentAfterMs`, and nothing says that it went since. */
  get fresh(): boolean {
    if (this.heardAtMs === null || this.#gone) return false;
    return this.#clock.nowMs() - this.heardAtMs <= silentAfterMs;
  }

  async #run(): Promise<void> {
    const backOff = new BackOff();
    const signal = this.#stopped.signal;
    while (!signal.aborted) {
      const heardBeforeMs = this.heardAtMs;
      try {
        await this.#follow(backOff);
        this.reason = "it closed the live stream";
      } catch (error) {
        this.reason = reasonOf(error);
      }
      this.#gone = this.heardAtMs === heardBeforeMs;
      await pause(backOff.next(), signal);
    }
  }

  /** One stream from its first line to its end. */
  async #follow(backOff: BackOff): Promise<void> {
    const ended = new AbortController();
    const openedAtMs = this.#clock.nowMs();
    let heard = false;
    let why: string | null = null;
    const end = (reason: string) => {
      why ??= reason;
      ended.abort();
    };
    const watchdog = setInterval(() => {
      const lastMs = heard ? this.heardAtMs! : openedAtMs;
      if (this.#clock.nowMs() - lastMs > stalledAfterMs) end("it said nothing for 10 s");
    }, stallCheckMs);
    try {
      await this.peer.lines(
        "/v1/live",
        { intervalMs: String(this.#intervalMs) },
        {
          signal: AbortSignal.any([this.#stopped.signal, ended.signal]),
          lineBytesMax,
          onLine: (text) => {
            if (ended.signal.aborted) return;
            const line = parseLiveLine(text);
            if (!line) return end("it said something this console does not understand");
            if (!this.state.apply(line)) return end("a line of its live stream is missing");
            heard = true;
            backOff.reset();
            this.reason = null;
            this.#gone = false;
            this.heardAtMs = this.#clock.nowMs();
            this.heardAtWallMs = this.#clock.wallMs();
            this.#onLine();
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
