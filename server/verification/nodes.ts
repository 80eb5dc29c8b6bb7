/** When each node lived, could work, and lost what it had. */
import { type HistoryEvent, nsPerMs } from "./event.ts";

interface Interval {
  readonly from: number;
  to: number;
}

interface NodeTimes {
  readonly starts: number[];
  readonly crashes: number[];
  /** Its process stands still. */
  readonly frozen: Interval[];
  /** Its process is not there. */
  readonly down: Interval[];
  /** The store is away for it. */
  readonly away: Interval[];
  /** Its epoch was over: another took what was its own, or it began anew. */
  readonly taken: number[];
  /** The same, of a process that lived and had an epoch. */
  readonly overtaken: number[];
  hasEpoch: boolean;
}

export class Nodes {
  readonly #nodes = new Map<string, NodeTimes>();

  /** @param world events in order of time */
  constructor(world: readonly HistoryEvent[]) {
    for (const event of world) if ("node" in event && event.node !== undefined) this.#node(event.node);
    for (const event of world) this.#add(event);
  }

  get names(): string[] {
    return [...this.#nodes.keys()];
  }

  crashes(node: string): readonly number[] {
    return this.#nodes.get(node)?.crashes ?? [];
  }

  starts(node: string): readonly number[] {
    return this.#nodes.get(node)?.starts ?? [];
  }

  /** Whether its process stood still at some time in [from, to]: it answers nobody then. */
  wasFrozen(node: string, from: number, to: number): boolean {
    const frozen = this.#nodes.get(node)?.frozen ?? [];
    return frozen.some((interval) => interval.from < to && interval.to > from);
  }

  /** How often it had been started by then. */
  lifeAt(node: string, t: number): number {
    return count(this.#nodes.get(node)?.starts ?? [], t);
  }

  /** When it lost what it had, by dying or to another, in [from, to]; in order. */
  handovers(node: string, from: number, to: number): number[] {
    const times = this.#nodes.get(node);
    if (!times) return [];
    return [...times.crashes, ...times.taken].filter((t) => t >= from && t <= to).sort((a, b) => a - b);
  }

  /** Whether its epoch ended in [from, to], be it by a beginning of its own that was done late: it may not know that yet. */
  wasOvertaken(node: string, from: number, to: number): boolean {
    return this.#nodes.get(node)?.overtaken.some((t) => t >= from && t <= to) ?? false;
  }

  /** How long, of [from, to], it ran and could reach the store; milliseconds. */
  availableMs(node: string, from: number, to: number): number {
    const times = this.#nodes.get(node);
    if (!times) return (to - from) / nsPerMs;
    let lostNs = 0;
    let reached = from;
    for (const { from: begin, to: end } of [...times.frozen, ...times.down, ...times.away].sort(
      (a, b) => a.from - b.from,
    )) {
      const low = Math.max(begin, reached);
      const high = Math.min(end, to);
      if (high > low) {
        lostNs += high - low;
        reached = high;
      }
    }
    return (to - from - lostNs) / nsPerMs;
  }

  /** Whether it stood still, or had no store, at any time in [from, to]. */
  wasHindered(node: string, from: number, to: number): boolean {
    return this.availableMs(node, from, to) < (to - from) / nsPerMs;
  }

  #add(event: HistoryEvent): void {
    const { t } = event;
    switch (event.op) {
      case "start":
        this.#node(event.node).starts.push(t);
        this.#node(event.node).hasEpoch = false;
        close(this.#node(event.node).down, t);
        break;
      case "stop":
        open(this.#node(event.node).down, t);
        break;
      case "crash":
        this.#node(event.node).crashes.push(t);
        close(this.#node(event.node).frozen, t);
        open(this.#node(event.node).down, t);
        break;
      case "freeze":
        open(this.#node(event.node).frozen, t);
        break;
      case "thaw":
        close(this.#node(event.node).frozen, t);
        break;
      case "away":
        for (const times of this.#named(event.node)) open(times.away, t);
        break;
      case "back":
        for (const times of this.#named(event.node)) close(times.away, t);
        break;
      case "adopt":
        if (event.kind === "ok") this.#take(this.#node(event.of), t);
        break;
      case "epoch":
        this.#take(this.#node(event.node), t);
        this.#node(event.node).hasEpoch = true;
        break;
    }
  }

  #take(node: NodeTimes, t: number): void {
    node.taken.push(t);
    if (node.hasEpoch) node.overtaken.push(t);
    node.hasEpoch = false;
  }

  #named(node: string | undefined): NodeTimes[] {
    return node === undefined ? [...this.#nodes.values()] : [this.#node(node)];
  }

  #node(name: string): NodeTimes {
    let node = this.#nodes.get(name);
    if (!node) {
      node = {
        starts: [],
        crashes: [],
        frozen: [],
        down: [],
        away: [],
        taken: [],
        overtaken: [],
        hasEpoch: false,
      };
      this.#nodes.set(name, node);
    }
    return node;
  }
}

function open(intervals: Interval[], t: number): void {
  if (intervals.at(-1)?.to === Number.POSITIVE_INFINITY) return;
  intervals.push({ from: t, to: Number.POSITIVE_INFINITY });
}

function close(intervals: Interval[], t: number): void {
  const last = intervals.at(-1);
  if (last?.to === Number.POSITIVE_INFINITY) last.to = t;
}

/** How many of the sorted times are at or before t. */
function count(times: readonly number[], t: number): number {
  let found = 0;
  while (found < times.length && times[found]! <= t) found++;
  return found;
}
