/** What is to be done to the schedule in Postgres, one after the other. */
import type { ScheduledKey, ScheduledRow } from "../../db/queries/scheduled.ts";
import type { ScheduledMessage } from "../broker/schedule.ts";

export interface Keep {
  readonly kind: "keep";
  readonly message: ScheduledMessage;
  readonly channels: readonly string[];
  readonly done: (isSoon: boolean) => void;
}

export interface Read {
  readonly kind: "read";
  /** null: of all logs, what has come within the horizon. */
  readonly logIds: readonly number[] | null;
  readonly toMs: number;
  readonly known: KnownOwed;
  /** What has been read of it; null: nothing yet. */
  readonly after: ScheduledKey | null;
}

export type Act =
  | Keep
  | Read
  | {
      readonly kind: "spread";
      readonly logId: number;
      readonly seq: number;
      readonly channels: readonly string[];
      readonly done: () => void;
    }
  | { readonly kind: "drop"; readonly logId: number; readonly seq: number; readonly channel: string }
  | { readonly kind: "drop-all"; readonly topic: string; readonly channel: string | null };

/** How often a message had been delivered to a channel and when it is due, where its log's progress knows. */
export type KnownOwed = (
  topic: string,
  channel: string,
  logId: number,
  seq: number,
) => { readonly attempts: number; readonly dueMs: number } | undefined;

/**
 * Which rows of a read are not for the broker: what it has delivered and finished while this was waited for, and, of all
 * logs, what is of one that is not loaded: whoever told of its messages before has to be asked how they stand.
 *
 * @param waiting acts behind the read
 * @param loaded logs of which all that is due soon is in memory
 */
export function leftOut(
  { logIds }: Read,
  waiting: readonly Act[],
  loaded: ReadonlySet<number>,
): (row: ScheduledRow) => boolean {
  const dropped = new Set(waiting.flatMap((act) => (act.kind === "drop" ? [keyOf(act)] : [])));
  const asked = new Set(waiting.flatMap((act) => (act.kind === "read" ? (act.logIds ?? []) : [])));
  const isLoaded = (logId: number) => logIds !== null || (loaded.has(logId) && !asked.has(logId));
  return (row) => dropped.has(keyOf(row)) || !isLoaded(row.logId);
}

function keyOf({ logId, seq, channel }: ScheduledKey): string {
  return `${logId} ${seq} ${channel}`;
}
