/** The order in which events are told, newest first, and a place in it: what a reader goes on with. */
import type { AuditClient } from "./audit.ts";

/** An event, or a run of them, as it is found: `count` messages one after the other by id. */
export interface FoundEvent {
  /** Milliseconds since 1970, by the node's clock. */
  readonly atMs: number;
  /** Number of the kind in `auditEventNames`, from 1. */
  readonly kind: number;
  readonly logId: number;
  readonly seq: number;
  readonly count: number;
  readonly topic: string;
  /** "" for what happened in the topic itself. */
  readonly channel: string;
  readonly attempts: number;
  readonly delayMs: number;
  readonly client: AuditClient | null;
  readonly nodeId: string;
  /** The node's at that time; null: it had none, or did not say. */
  readonly epoch: number | null;
  readonly batch: number;
  readonly section: number;
  readonly run: number;
}

type Place = Pick<FoundEvent, "atMs" | "attempts" | "kind" | "nodeId" | "batch" | "section" | "run">;

/** Below 0: `a` comes before `b`. Of one instant the later step of a life is told first. */
export function newestFirst(a: Place, b: Place): number {
  return (
    b.atMs - a.atMs ||
    b.attempts - a.attempts ||
    b.kind - a.kind ||
    (a.nodeId < b.nodeId ? -1 : a.nodeId > b.nodeId ? 1 : 0) ||
    b.batch - a.batch ||
    b.section - a.section ||
    b.run - a.run
  );
}

/** Where a page ended. `fromMs`: no row that ends later has anything that comes after. */
export type Position =
  | { readonly startMs: number; readonly after: Place }
  /** Everything before this instant is still to come. */
  | { readonly startMs: number; readonly beforeMs: number };

export function writePosition(position: Position): string {
  if ("beforeMs" in position) return `${position.startMs}.${position.beforeMs}`;
  const { atMs, attempts, kind, nodeId, batch, section, run } = position.after;
  return [position.startMs, atMs, attempts, kind, nodeId, batch, section, run].join(".");
}

const numbers = /^\d{1,16}$/;
const identity = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** null: nobody was given this. */
export function readPosition(text: string): Position | null {
  const parts = text.split(".");
  const nodeId = parts.length === 8 ? parts.splice(4, 1)[0]! : null;
  if (!parts.every((part) => numbers.test(part))) return null;
  const [startMs, atMs, attempts, kind, batch, section, run] = parts.map(Number) as number[];
  if (nodeId === null) return parts.length === 2 ? { startMs: startMs!, beforeMs: atMs! } : null;
  if (!identity.test(nodeId)) return null;
  return {
    startMs: startMs!,
    after: {
      ...{ atMs: atMs!, attempts: attempts!, kind: kind!, nodeId },
      ...{ batch: batch!, section: section!, run: run! },
    },
  };
}

export function comesAfter(event: Place, position: Position | null): boolean {
  if (position === null) return true;
  return "beforeMs" in position ? event.atMs < position.beforeMs : newestFirst(position.after, event) < 0;
}

/** The newest of many, in a bounded room. */
export class Newest {
  readonly #most: number;
  /** A heap: the oldest of them at the root. */
  readonly #heap: FoundEvent[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#heap.length >= this.#most;
  }

  /** Nothing older than this is taken; -Infinity while there is room. */
  get floorMs(): number {
    return this.isFull ? this.#heap[0]!.atMs : Number.NEGATIVE_INFINITY;
  }

  add(event: FoundEvent): void {
    const heap = this.#heap;
    if (!this.isFull) {
      heap.push(event);
      for (let at = heap.length - 1; at > 0; ) {
        const above = (at - 1) >> 1;
        if (newestFirst(heap[at]!, heap[above]!) <= 0) break;
        [heap[at], heap[above]] = [heap[above]!, heap[at]!];
        at = above;
      }
      return;
    }
    if (newestFirst(event, heap[0]!) >= 0) return;
    heap[0] = event;
    for (let at = 0; ; ) {
      let oldest = at;
      for (const below of [2 * at + 1, 2 * at + 2])
        if (below < heap.length && newestFirst(heap[below]!, heap[oldest]!) > 0) oldest = below;
      if (oldest === at) return;
      [heap[at], heap[oldest]] = [heap[oldest]!, heap[at]!];
      at = oldest;
    }
  }

  /** In order. */
  sorted(): FoundEvent[] {
    return [...this.#heap].sort(newestFirst);
  }
}
