/** What happened to messages, searched; bodies, where there are any; filters of a tail. */
import type { TraceEventKind } from "./trace.ts";

/** In the order of a message's life. */
export const eventKinds = [
  "publish",
  "deliver",
  "finish",
  "requeue",
  "timeout",
  "touch",
  "drop",
] as const satisfies readonly TraceEventKind[];

/** As it stands in addresses: kinds as NSQ names what a client says. */
export const kindWords = {
  publish: "PUB",
  deliver: "MSG",
  finish: "FIN",
  requeue: "REQ",
  timeout: "TIMEOUT",
  touch: "TOUCH",
  drop: "DROP",
} as const satisfies Record<TraceEventKind, string>;

/** The query of `GET /api/v1/events`, all of it optional. */
export interface EventsQuery {
  readonly topic?: string;
  readonly channel?: string;
  /** `FIN,REQ`: see `kindWords`. */
  readonly event?: string;
  /** How the client's id, host name or address begins. */
  readonly client?: string;
  /** `3`, `>3`, `>=3`, `<3`, `<=3`. */
  readonly attempts?: string;
  /** `now-1h`, milliseconds since 1970 or ISO 8601. Default: an hour before `to`. */
  readonly from?: string;
  /** The same; default: now. */
  readonly to?: string;
  /** What their bodies have: a filter as of a tail. With `topic`, and the right to read its bodies. */
  readonly body?: string;
  /** Where the page before it ended. */
  readonly cursor?: string;
}

/** An event, or a run of them: `count` messages one after the other by id, to which it happened at once. */
export interface EventRow {
  readonly atMs: number;
  readonly kind: TraceEventKind;
  /** Of the first message. */
  readonly id: string;
  readonly count: number;
  readonly topic: string;
  readonly channel: string | null;
  readonly attempts: number | null;
  readonly delayMs: number | null;
  readonly client: { readonly id: string; readonly host: string; readonly address: string } | null;
  /** The node's own identity. */
  readonly node: string;
  /** The node's at that time; null: it had none, or did not say. */
  readonly epoch: number | null;
  /** Of the body, where that was looked at. */
  readonly bytes?: number;
}

/** Messages, by what became of looking into their bodies. */
export interface BodiesLooked {
  readonly looked: number;
  /** No node has it any more. */
  readonly gone: number;
  /** A node that may have it is silent, or there was no time for it. */
  readonly unlooked: number;
}

export interface EventsPage {
  readonly atMs: number;
  /** What the query's times came to. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Newest first. */
  readonly events: readonly EventRow[];
  /** null: there is no more. */
  readonly next: string | null;
  /** end: all of the time range. limit: a page is full. time: it was up, and the time range should be narrowed. */
  readonly stopped: "end" | "limit" | "time";
  readonly backToMs: number;
  /** Events that were looked at for it. */
  readonly looked: number;
  /** Events of that time that were not kept. */
  readonly lost: number;
  /** About how many events there are in the time range, of all topics; null: not known, or not the first page. */
  readonly about: number | null;
  /** null: bodies were not asked for. */
  readonly bodies: BodiesLooked | null;
  /** Since when there is history; null: none yet. */
  readonly sinceMs: number | null;
  /** How far behind the audit may be; null: not known. */
  readonly lagMs: number | null;
}

/** The id of the message so many after: the second half counts. */
export function idAfter(id: string, many: number): string {
  return id.slice(0, 8) + (Number.parseInt(id.slice(8), 16) + many).toString(16).padStart(8, "0");
}

export const eventsPerPage = 100;
export const searchMsMax = 5_000;
export const exportRowsMax = 100_000;
export const attemptsPattern = /^(>=|<=|>|<)?(\d{1,5})$/;

/** `>3` as a range; null: it is none. */
export function attemptsRange(text: string): { readonly min: number; readonly max: number } | null {
  const match = attemptsPattern.exec(text.trim());
  if (!match) return null;
  const number = Number(match[2]);
  switch (match[1]) {
    case ">":
      return { min: number + 1, max: attemptsMost };
    case ">=":
      return { min: number, max: attemptsMost };
    case "<":
      return { min: 0, max: number - 1 };
    case "<=":
      return { min: 0, max: number };
    default:
      return { min: number, max: number };
  }
}

const attemptsMost = 65_535;
const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `now`, `now-90m`, milliseconds since 1970, or ISO 8601 (UTC unless it says otherwise); null: none of these. */
export function instantOf(text: string, nowMs: number): number | null {
  const relative = /^now(?:-(\d{1,6})([smhd]))?$/.exec(text);
  if (relative) {
    const [, many, unit] = relative;
    return many === undefined ? nowMs : nowMs - Number(many) * units[unit as keyof typeof units];
  }
  if (/^\d{10,15}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return null;
  const parsed = Date.parse(/Z$|[+-]\d\d:\d\d$|^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(parsed) ? null : parsed;
}

/** A message's body as a node still has it. */
export interface MessageBody {
  readonly id: string;
  readonly topic: string;
  /** Key of the node that has it. */
  readonly node: string;
  /** memory: the node's own. store: Postgres, or the node's disk. */
  readonly where: "memory" | "store";
  readonly publishedAtMs: number;
  /** Of the whole. */
  readonly bytes: number;
  /** The first of them, base64. */
  readonly body: string;
  /** There is more than what is here. */
  readonly cut: boolean;
}

/** `found` null: no node has it any more. That is so of most messages after a while, and no failure. */
export interface BodyAnswer {
  readonly found: MessageBody | null;
}

/** Shown at first, and at most on a page; a file has all. */
export const bodyBytesFirst = 64 * 1024;
export const bodyBytesShown = 1024 * 1024;
