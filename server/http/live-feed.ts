/**
 * The node's state for whoever follows it. One walk over the topics finds what changed, in slices,
 * for all readers; each reader has a set of names it is to be told of. A reader that is still
 * busy with its last line is told later, of more: nothing is buffered for it but names (LV3).
 */
import type { Topic } from "../broker/topic.ts";
import type { Turns } from "../http-api/turns.ts";
import type { LiveTopic } from "../protocol/live.ts";
import { ConnectionCounts, differs, liveTopic } from "./live-model.ts";
import type { LiveReader } from "./live-reader.ts";
import type { HttpPorts } from "./ports.ts";

const liveReadersMax = 32;

interface Seen {
  readonly topic: Topic;
  live: LiveTopic;
  walk: number;
}

export class LiveFeed {
  readonly ports: HttpPorts;
  readonly turns: Turns;
  readonly stalledMs: number;
  /** As of the last walk. */
  connections = new ConnectionCounts();
  readonly #seen = new Map<string, Seen>();
  readonly #readers = new Set<LiveReader>();
  #walk = 0;
  #running = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(ports: HttpPorts, turns: Turns, stalledMs: number) {
    this.ports = ports;
    this.turns = turns;
    this.stalledMs = stalledMs;
  }

  get full(): boolean {
    return this.#readers.size >= liveReadersMax;
  }

  add(reader: LiveReader): void {
    this.#readers.add(reader);
    reader.onClose(() => this.#readers.delete(reader));
    if (this.#timer !== null) clearTimeout(this.#timer);
    void this.#run();
  }

  close(): void {
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** What is known of a topic; undefined once it is gone. */
  topic(name: string): LiveTopic | undefined {
    return this.#seen.get(name)?.live;
  }

  names(): Iterable<string> {
    return this.#seen.keys();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const begunMs = performance.now();
    await this.#look();
    for (const reader of this.#readers) if (reader.isDue(begunMs)) void reader.tell(this);
    this.#running = false;
    this.#schedule(begunMs);
  }

  #schedule(begunMs: number): void {
    if (this.#readers.size === 0) return this.#seen.clear();
    let atMs = Number.POSITIVE_INFINITY;
    for (const reader of this.#readers) atMs = Math.min(atMs, reader.dueMs, begunMs + reader.intervalMs);
    this.#timer = setTimeout(() => void this.#run(), Math.max(1, atMs - performance.now()));
  }

  /** Compares every topic with what was last seen of it, and counts who is connected. */
  async #look(): Promise<void> {
    const walk = ++this.#walk;
    const wallMs = Date.now();
    await this.turns.each(this.ports.broker.topics.values(), (topic) => this.#compare(topic, walk, wallMs));
    await this.turns.each(this.#seen, ([name, seen]) => {
      if (seen.walk === walk) return;
      this.#seen.delete(name);
      for (const reader of this.#readers) reader.noteRemoved(name);
    });
    const counts = new ConnectionCounts();
    await this.turns.each(this.ports.connections(), (connection) => counts.add(connection));
    this.connections = counts;
  }

  #compare(topic: Topic, walk: number, wallMs: number): void {
    const live = liveTopic(topic, wallMs);
    const seen = this.#seen.get(topic.name);
    if (seen?.topic === topic && !differs(seen.live, live)) {
      seen.walk = walk;
      return;
    }
    this.#seen.set(topic.name, { topic, live, walk });
    for (const reader of this.#readers) reader.noteChanged(topic.name);
  }
}
