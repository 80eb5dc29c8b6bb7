/**
 * The collector's picture as people see it who do not see everything: their topics, each with their channels alone,
 * and what these come to. Everybody with the same globs shares one, so that it costs by sights and not by browsers.
 */
import { performance } from "node:perf_hooks";
import type { Collector } from "../collector/collector.ts";
import { addFlows, zeroFlow } from "../collector/flow.ts";
import { type JoinedTopic, withoutOthers } from "../collector/join.ts";
import { flowValues, Ring } from "../collector/series.ts";
import { type Flow, flowMetrics, rooms } from "../contract/index.ts";
import { type Eye, seesAllChannels } from "./eye.ts";

/** Of the time that passes, all sums together take at most this part: with many sights they are made less often. */
const share = 0.04;
/** A sight that nobody has looked with for so long is forgotten, and its charts with it. */
const keptMs = 300_000;
const sightsMax = 200;
/** Charts of one sight: the overview's, and those of topics of which some channels are out of it. 36 KB each. */
const ringsMax = 8;

export interface Sums {
  readonly flow: Flow;
  readonly topicCount: number;
  readonly channelCount: number;
}

/** What one sight has of the collector's picture. */
export interface Seen {
  /** undefined: there is no such topic, or it is out of sight. */
  topic(name: string): JoinedTopic | undefined;
  topics(): Iterable<readonly [string, JoinedTopic]>;
  sums(): Sums;
  /** Its chart where the collector has none of its own for it: `overview`, or `topic:` and a name. */
  ring(room: string): Ring | undefined;
}

export class Sights {
  readonly #collector: Collector;
  readonly #narrow = new Map<string, NarrowSight>();

  constructor(collector: Collector) {
    this.#collector = collector;
    collector.onTick(() => this.#tick());
  }

  /** null: everything, as the collector has it. */
  of(eye: Eye): Seen | null {
    if (eye.key === "") return null;
    let sight = this.#narrow.get(eye.key);
    if (sight === undefined) {
      const [oldest] = this.#narrow.keys();
      if (this.#narrow.size >= sightsMax) this.#narrow.delete(oldest!);
      sight = new NarrowSight(this.#collector, eye, () => this.#narrow.size);
    } else this.#narrow.delete(eye.key);
    // Last in the order: the first is the one that was used longest ago.
    this.#narrow.set(eye.key, sight);
    sight.usedAtMs = this.#collector.clock.nowMs();
    return sight;
  }

  #tick(): void {
    const nowMs = this.#collector.clock.nowMs();
    for (const [key, sight] of this.#narrow) {
      if (nowMs - sight.usedAtMs > keptMs) this.#narrow.delete(key);
      else sight.tick();
    }
  }
}

class NarrowSight implements Seen {
  usedAtMs = 0;
  readonly #collector: Collector;
  readonly #eye: Eye;
  readonly #sights: () => number;
  /** The collector's, of the names in sight. */
  readonly #topics = new Map<string, JoinedTopic>();
  /** Names out of sight: globs are compared once for each. */
  readonly #hidden = new Set<string>();
  readonly #narrowed = new WeakMap<JoinedTopic, JoinedTopic>();
  readonly #rings = new Map<string, Ring>();
  #sums: Sums | null = null;
  #summedAtMs = Number.NEGATIVE_INFINITY;
  #costMs = 0;

  constructor(collector: Collector, eye: Eye, sights: () => number) {
    this.#collector = collector;
    this.#eye = eye;
    this.#sights = sights;
    for (const name of collector.topics.keys()) this.#follow(name);
  }

  topic(name: string): JoinedTopic | undefined {
    const joined = this.#topics.get(name);
    return joined && this.#narrow(name, joined);
  }

  *topics(): Generator<readonly [string, JoinedTopic]> {
    for (const [name, joined] of this.#topics) yield [name, this.#narrow(name, joined)];
  }

  /** As of the last tick, or some before where making them anew would cost too much. */
  sums(): Sums {
    this.#sums ??= this.#sum("row");
    return this.#sums;
  }

  ring(room: string): Ring | undefined {
    const known = this.#rings.get(room);
    if (known !== undefined || (room !== rooms.overview && !this.#topics.has(nameOf(room)))) return known;
    const [oldest] = this.#rings.keys();
    if (this.#rings.size >= ringsMax) this.#rings.delete(oldest!);
    const ring = new Ring(flowMetrics);
    this.#rings.set(room, ring);
    return ring;
  }

  tick(): void {
    const { clock, topics, changed } = this.#collector;
    if (this.#hidden.size > topics.size * 2) this.#hidden.clear();
    for (const name of changed) this.#follow(name);
    const isTime = clock.nowMs() - this.#summedAtMs >= (this.#costMs * this.#sights()) / share;
    if (this.#sums !== null && isTime) this.#sums = this.#sum("row");
    for (const [room, ring] of this.#rings) {
      if (room === rooms.overview) {
        // Its points stand as far apart as the sums are made.
        if (isTime) ring.push(clock.wallMs(), flowValues(this.#sum("raw").flow));
        continue;
      }
      const joined = this.topic(nameOf(room));
      if (joined === undefined) this.#rings.delete(room);
      else ring.push(clock.wallMs(), flowValues(joined.raw));
    }
  }

  /** `raw`: with the rates of the last interval, for the chart. */
  #sum(kind: "row" | "raw"): Sums {
    const beganMs = performance.now();
    const [heard, silent]: [Flow[], Flow[]] = [[], []];
    let channelCount = 0;
    for (const [, joined] of this.topics()) {
      channelCount += joined.row.channelCount;
      (joined.row.heard ? heard : silent).push(kind === "raw" ? joined.raw : joined.row.flow);
    }
    // As everywhere: those of nodes that answer, or all when there are none.
    const flows = heard.length > 0 ? heard : silent;
    const flow = flows.length === 0 ? zeroFlow : addFlows(flows);
    const tookMs = performance.now() - beganMs;
    this.#costMs = kind === "row" ? tookMs : this.#costMs + tookMs;
    this.#summedAtMs = this.#collector.clock.nowMs();
    return { flow, topicCount: this.#topics.size, channelCount };
  }

  /** The collector has made it anew, or it is gone. */
  #follow(name: string): void {
    const joined = this.#collector.topics.get(name);
    if (joined === undefined) this.#topics.delete(name);
    else if (this.#topics.has(name)) this.#topics.set(name, joined);
    else if (!this.#hidden.has(name)) {
      if (this.#eye.sees(name)) this.#topics.set(name, joined);
      else this.#hidden.add(name);
    }
  }

  /** The collector makes a topic anew when it has changed: until then what was made of it holds. */
  #narrow(name: string, joined: JoinedTopic): JoinedTopic {
    if (seesAllChannels(this.#eye)) return joined;
    let narrowed = this.#narrowed.get(joined);
    if (narrowed === undefined) {
      narrowed = withoutOthers(joined, (channel) => this.#eye.sees(name, channel));
      this.#narrowed.set(joined, narrowed);
    }
    return narrowed;
  }
}

function nameOf(room: string): string {
  return room.slice(room.indexOf(":") + 1);
}
