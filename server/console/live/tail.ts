/**
 * Copies of a topic's messages, and what happens to them, for whoever looks: one tap a node for all browsers that ask for
 * the same, at most `tailRowsPerSecondMax` rows a second in all, and what is left out is counted (CT1-CT4).
 */

import {
  type OutcomeRow,
  type TailBatch,
  type TailRow,
  tailBodyBytesMax,
  tailRowsPerSecondMax,
} from "../../../client/browser/tail-batch.ts";
import type { OutcomeLine, TapLine } from "../../protocol/live.ts";
import { BackOff, pause } from "../back-off.ts";
import type { Clock } from "../clock.ts";
import { parseOutcomeLine, parseTapLine } from "../collector/live-schema.ts";
import type { Subscription } from "../collector/subscription.ts";
import type { TailWanted } from "./tail-wanted.ts";

const flushMs = 250;
/** With nothing to show, a batch still comes so often: it says that the tap lives. */
const idleBatchMs = 1_000;
/** A topic that a node does not have yet is looked for in what the node says anyway. */
const absentPollMs = 100;
const rowsPerFlushMax = Math.ceil((tailRowsPerSecondMax * flushMs) / 1_000);
// 64 KB of a body in base64, and the fields around it.
const lineBytesMax = 128 * 1024;
/** Rooms that may be tapped at a time, over all browsers. */
export const tapsMax = 50;

export interface TailTarget {
  readonly topic: string;
  readonly wanted: TailWanted;
}

export interface TailOptions {
  readonly nodes: () => readonly Subscription[];
  readonly clock: Clock;
  readonly send: (room: string, batch: TailBatch) => void;
}

class Tap {
  members = 0;
  readonly #room: string;
  readonly #target: TailTarget;
  readonly #options: TailOptions;
  readonly #stopped = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #open = new Set<string>();
  /** Nodes come and go: each is followed until this aborts. */
  readonly #followed = new Map<Subscription, AbortController>();
  #rows: TailRow[] = [];
  #outcomes: OutcomeRow[] = [];
  #matchedTotal = 0;
  #unlookedTotal = 0;
  #credit = rowsPerFlushMax;
  #seen = 0;
  #seenTotal = 0;
  #sentAtMs: number;

  constructor(room: string, target: TailTarget, options: TailOptions) {
    this.#room = room;
    this.#target = target;
    this.#options = options;
    this.#sentAtMs = options.clock.nowMs();
    this.#timer = setInterval(() => this.#flush(), flushMs);
    this.#followAll();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopped.abort();
  }

  #followAll(): void {
    const nodes = new Set(this.#nodes());
    for (const node of nodes) {
      if (this.#followed.has(node)) continue;
      const left = new AbortController();
      this.#followed.set(node, left);
      void this.#follow(node, AbortSignal.any([this.#stopped.signal, left.signal]));
    }
    for (const [node, left] of this.#followed) {
      if (nodes.has(node)) continue;
      left.abort();
      this.#followed.delete(node);
    }
  }

  #nodes(): readonly Subscription[] {
    const { node } = this.#target.wanted;
    const all = this.#options.nodes();
    return node === null ? all : all.filter(({ key }) => key === node);
  }

  async #follow(node: Subscription, signal: AbortSignal): Promise<void> {
    const backOff = new BackOff();
    const { topic, wanted } = this.#target;
    const [path, query] =
      wanted.kind === "outcomes"
        ? (["/v1/outcomes", { topic, ...wanted.query }] as const)
        : (["/v1/tap", { topic, ...(wanted.filter !== null && { filter: wanted.filter }) }] as const);
    while (!signal.aborted) {
      if (!this.#isOn(node) || node.limits !== null) {
        await pause(absentPollMs, signal);
        continue;
      }
      // The key is put in with the first line or after the request was accepted for a while: an idle topic says nothing.
      const opened = setTimeout(() => this.#open.add(node.key), 1_000);
      try {
        await node.peer.lines(path, query, {
          signal,
          lineBytesMax,
          onLine: (text) => {
            this.#open.add(node.key);
            backOff.reset();
            const line = wanted.kind === "outcomes" ? parseOutcomeLine(text) : parseTapLine(text);
            if (line) this.#take(line, node.key);
          },
        });
      } catch {
        // Which nodes are missing is told with every batch; the live stream says why.
      }
      clearTimeout(opened);
      this.#open.delete(node.key);
      await pause(backOff.next(), signal);
    }
  }

  #isOn(node: Subscription): boolean {
    return node.state.topics.has(this.#target.topic);
  }

  #take(line: TapLine | OutcomeLine, node: string): void {
    if (line.type === "sampled") {
      // What the node itself left out.
      this.#seen += Math.max(0, line.seen - line.shown);
      this.#matchedTotal += Math.max(0, (line.matched ?? line.shown) - line.shown);
      this.#unlookedTotal += line.unlooked ?? 0;
      return;
    }
    this.#seen += line.type === "outcome" ? line.count : 1;
    this.#matchedTotal += 1;
    if (this.#credit < 1) return;
    this.#credit -= 1;
    if (line.type === "outcome") this.#outcomes.push(outcomeOf(line, node));
    else this.#rows.push(rowOf(line, node));
  }

  #flush(): void {
    const { clock, send } = this.#options;
    const { wanted } = this.#target;
    this.#followAll();
    this.#credit = Math.min(tailRowsPerSecondMax, this.#credit + rowsPerFlushMax);
    const nowMs = clock.nowMs();
    const isQuiet = this.#rows.length === 0 && this.#outcomes.length === 0;
    if (isQuiet && nowMs - this.#sentAtMs < idleBatchMs) return;
    this.#sentAtMs = nowMs;
    this.#seenTotal += this.#seen;
    send(this.#room, {
      atMs: clock.wallMs(),
      rows: this.#rows,
      outcomes: this.#outcomes,
      matchedTotal: wanted.kind === "copies" && wanted.filter !== null ? this.#matchedTotal : null,
      unlookedTotal: this.#unlookedTotal,
      seen: this.#seen,
      seenTotal: this.#seenTotal,
      nodes: this.#open.size,
      missing: this.#nodes()
        .filter((node) => !this.#open.has(node.key) && (!node.fresh || this.#isOn(node)))
        .map((node) => node.key),
    });
    this.#rows = [];
    this.#outcomes = [];
    this.#seen = 0;
  }
}

function outcomeOf(line: OutcomeLine & { type: "outcome" }, node: string): OutcomeRow {
  const { atMs, event, id, count, channel, attempts, delayMs, client } = line;
  return {
    ...{ atMs, kind: event, id, count, node },
    channel: channel === "" ? null : channel,
    attempts: attempts === 0 ? null : attempts,
    delayMs: delayMs === 0 ? null : delayMs,
    client: client && { id: client.clientId, host: client.hostname, address: client.address },
  };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function rowOf(line: TapLine & { type: "message" }, node: string): TailRow {
  const whole = Buffer.from(line.body, "base64");
  const part = whole.subarray(0, tailBodyBytesMax);
  const common = { id: line.id, node, atMs: line.atMs, bytes: line.bytes, cut: line.bytes > part.length };
  try {
    return { ...common, body: utf8.decode(withoutBrokenEnd(part, common.cut)), encoding: "text" };
  } catch {
    return { ...common, body: part.toString("base64"), encoding: "base64" };
  }
}

/** Cutting may have split a character: up to three bytes of it are left out. */
function withoutBrokenEnd(bytes: Buffer, cut: boolean): Buffer {
  if (!cut) return bytes;
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < needs ? bytes.subarray(0, bytes.length - back) : bytes;
    }
  }
  return bytes;
}

export class Tails {
  readonly #options: TailOptions;
  readonly #taps = new Map<string, Tap>();

  constructor(options: TailOptions) {
    this.#options = options;
  }

  /** False: too many are tapped already. */
  join(room: string, target: TailTarget): boolean {
    let tap = this.#taps.get(room);
    if (!tap) {
      if (this.#taps.size >= tapsMax) return false;
      tap = new Tap(room, target, this.#options);
      this.#taps.set(room, tap);
    }
    tap.members += 1;
    return true;
  }

  leave(room: string): void {
    const tap = this.#taps.get(room);
    if (!tap) return;
    tap.members -= 1;
    if (tap.members > 0) return;
    tap.stop();
    this.#taps.delete(room);
  }

  close(): void {
    for (const tap of this.#taps.values()) tap.stop();
    this.#taps.clear();
  }
}
