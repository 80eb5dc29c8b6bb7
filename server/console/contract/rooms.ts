/**
 * What a browser can watch. A room is followed at a pace; for each pace the server sends
 * one snapshot and then deltas, each with the revision after the one before. A delta whose
 * `rev` is not the last one plus one means that some were dropped: watch the room again.
 */
import type { AuditView } from "./audit.ts";
import type { ClusterView } from "./cluster.ts";
import type { Series, SeriesPoint } from "./figures.ts";
import type { JobsView, JobView } from "./jobs.ts";
import type { NodesView, NodeView } from "./nodes.ts";
import {
  type ChannelView,
  latestFirst,
  type OverviewView,
  type StatusView,
  type TopicView,
  worstFirst,
} from "./views.ts";
import type { WindowRoom, WindowViewOf } from "./windows.ts";

/** `channel:orders/billing`, `node:127.0.0.1:4151`: names as they are, not encoded. */
export type Room =
  | WindowRoom
  | "status"
  | "overview"
  | "nodes"
  | "cluster"
  | "jobs"
  | "audit"
  | `topic:${string}`
  | `channel:${string}/${string}`
  | `node:${string}`
  | `job:${string}`;

export type RoomView<R extends Room> = R extends "status"
  ? StatusView
  : R extends "overview"
    ? OverviewView
    : R extends WindowRoom
      ? WindowViewOf<R>
      : R extends "nodes"
        ? NodesView
        : R extends "cluster"
          ? ClusterView
          : R extends "audit"
            ? AuditView
            : R extends `topic:${string}`
              ? TopicView
              : R extends `channel:${string}`
                ? ChannelView
                : R extends "jobs"
                  ? JobsView
                  : R extends `job:${string}`
                    ? JobView
                    : NodeView;

export const rooms = {
  status: "status",
  overview: "overview",
  topics: "topics",
  nodes: "nodes",
  cluster: "cluster",
  audit: "audit",
  topic: (topic: string): `topic:${string}` => `topic:${topic}`,
  channel: (topic: string, channel: string): `channel:${string}/${string}` => `channel:${topic}/${channel}`,
  jobs: "jobs",
  job: (id: string): `job:${string}` => `job:${id}`,
  /** By the node's key. */
  node: (node: string): `node:${string}` => `node:${node}`,
  /** Watched through a window (`WindowRequest`), as `topics` is. */
  channels: (topic: string): `channels:${string}` => `channels:${topic}`,
  clients: (topic: string, channel: string): `clients:${string}/${string}` => `clients:${topic}/${channel}`,
} as const;

/** Of a room's name. */
export const roomCharactersMax = 300;

/** A page that is looked at, and one that is not. After ten minutes unseen a page stops watching. */
export const pacesMs = { seen: 1_000, hidden: 5_000 } as const;
export type PaceMs = 1_000 | 5_000;

/** Beyond this a page says that it is delayed, and that its data is stale (A2.3). */
export const delayedAfterMs = 3_000;
export const staleAfterMs = 10_000;
/** Points kept of a series: five minutes. */
export const seriesPointsMax = 300;

export interface Snapshot<R extends Room = Room> {
  readonly room: R;
  /** 0 when it was read from the API: no delta follows it. */
  readonly rev: number;
  /** The console's wall clock. */
  readonly atMs: number;
  /** null: there is no such topic, channel or node (any more, or yet). A snapshot follows when there is. */
  readonly data: RoomView<R> | null;
}

/** Rows of one table. */
export interface TableChange {
  /** New ones, and those that differ in which fields they have: whole. */
  readonly changed: readonly { readonly key: string }[];
  /** Of the others that differ: the key and the fields that do; of a field with fields of its own likewise. */
  readonly patched?: readonly RowPatch[];
  readonly removed: readonly string[];
}
export interface RowPatch {
  readonly key: string;
  readonly [field: string]: unknown;
}

export interface Delta<R extends Room = Room> {
  readonly room: R;
  readonly rev: number;
  readonly atMs: number;
  /** Fields that differ, whole. */
  readonly set: Partial<RoomView<R>>;
  /** By field name: tables of which some rows differ. */
  readonly tables: Readonly<Record<string, TableChange>>;
  /** New points of `series`. */
  readonly points: readonly SeriesPoint[];
}

/** Of the tables that nobody sorts where they are read: a delta's new rows are not always the last. */
const orders: Readonly<Record<string, (one: never, other: never) => number>> = {
  problems: worstFirst,
  recentProblems: latestFirst,
};

/** The view after a delta. Rows and fields that did not change stay the same objects. */
export function applyDelta<V extends object>(
  view: V,
  delta: Pick<Delta, "tables" | "points"> & { set: object },
): V {
  const next = { ...view, ...delta.set } as Record<string, unknown>;
  for (const [field, change] of Object.entries(delta.tables)) {
    const rows = changeTable(next[field] as readonly { readonly key: string }[], change);
    const order = orders[field];
    next[field] = order === undefined ? rows : rows.sort(order as (one: object, other: object) => number);
  }
  if (delta.points.length > 0) next["series"] = appendPoints(next["series"] as Series, delta.points);
  return next as V;
}

function changeTable(rows: readonly { readonly key: string }[], change: TableChange) {
  const changed = new Map(change.changed.map((row) => [row.key, row]));
  const patched = new Map((change.patched ?? []).map((patch) => [patch.key, patch]));
  const removed = new Set(change.removed);
  const kept = rows
    .filter((row) => !removed.has(row.key))
    .map((row) => {
      const newer = changed.get(row.key);
      changed.delete(row.key);
      if (newer !== undefined) return newer;
      const patch = patched.get(row.key);
      return patch === undefined ? row : (patchOver(row, patch) as typeof row);
    });
  return [...kept, ...changed.values()];
}

function patchOver(before: object, patch: object): object {
  const next = { ...before, ...patch } as Record<string, unknown>;
  for (const [field, value] of Object.entries(patch)) {
    const old = (before as Record<string, unknown>)[field];
    if (isPlain(old) && isPlain(value)) next[field] = patchOver(old, value);
  }
  return next;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The last `seriesPointsMax` points of both. */
export function appendPoints(series: Series, points: readonly SeriesPoint[]): Series {
  return { ...series, points: [...series.points, ...points].slice(-seriesPointsMax) };
}
