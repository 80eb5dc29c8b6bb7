/** One follower of the live feed: when it is told next, and of what. */
import type { ServerResponse } from "node:http";
import { writePieces } from "../http-api/stream.ts";
import type { LiveFeed } from "./live-feed.ts";
import { liveNode } from "./live-model.ts";

export class LiveReader {
  readonly intervalMs: number;
  readonly #response: ServerResponse;
  #changed = new Set<string>();
  #removed = new Set<string>();
  #rev = 0;
  #busy = false;
  /** Monotonic. */
  dueMs = 0;

  constructor(response: ServerResponse, intervalMs: number) {
    this.#response = response;
    this.intervalMs = intervalMs;
  }

  onClose(closed: () => void): void {
    this.#response.on("close", closed);
  }

  end(): void {
    this.#response.end();
  }

  noteChanged(name: string): void {
    this.#removed.delete(name);
    this.#changed.add(name);
  }

  noteRemoved(name: string): void {
    this.#changed.delete(name);
    this.#removed.add(name);
  }

  isDue(nowMs: number): boolean {
    // A timer may fire a little before its time.
    return !this.#busy && nowMs >= this.dueMs - 1;
  }

  /** Writes one line. What changes meanwhile is for the next. */
  async tell(feed: LiveFeed): Promise<void> {
    this.#busy = true;
    this.dueMs = performance.now() + this.intervalMs;
    const changed = this.#changed;
    const removed = this.#removed;
    this.#changed = new Set();
    this.#removed = new Set();
    const pieces = this.#rev === 0 ? this.#snapshot(feed) : this.#delta(feed, changed, removed);
    await writePieces(this.#response, feed, pieces);
    this.#busy = false;
  }

  *#snapshot(feed: LiveFeed): Iterable<string> {
    yield `${this.#head(feed, "snapshot")},"topics":`;
    yield* this.#topics(feed, feed.names());
    yield "}\n";
  }

  *#delta(feed: LiveFeed, changed: Iterable<string>, removed: Iterable<string>): Iterable<string> {
    yield `${this.#head(feed, "delta")},"changed":`;
    yield* this.#topics(feed, changed);
    yield `,"removed":${JSON.stringify([...removed])}}\n`;
  }

  #head(feed: LiveFeed, type: "snapshot" | "delta"): string {
    const head = { type, rev: ++this.#rev, atMs: Date.now(), node: liveNode(feed.ports, feed.connections) };
    return JSON.stringify(head).slice(0, -1);
  }

  *#topics(feed: LiveFeed, names: Iterable<string>): Iterable<string> {
    let before = "[";
    for (const name of names) {
      const topic = feed.topic(name);
      if (!topic) continue;
      yield before + JSON.stringify(topic);
      before = ",";
    }
    yield before === "[" ? "[]" : "]";
  }
}
