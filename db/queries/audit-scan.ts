/** A step of a search: of a bounded number of the audit's rows, newest first, which may hold what is wanted. */
import type { AuditDirectory } from "../audit-format.ts";
import { type Row, type Sql, withDeadline } from "../statement.ts";
import type { EventFilter } from "./audit-filter.ts";

/** Directories of one step, as they are stored. */
const directoryBytesMax = 2 * 1024 * 1024;

export interface ScannedRow extends Row {
  readonly n: number;
  readonly day: string;
  readonly nodeId: string;
  readonly batch: number;
  readonly fromAt: Date;
  readonly toAt: Date;
  /** Of all rows up to this one. */
  readonly looked: number;
  /** null: nothing wanted is in it; it is only the last one looked at. */
  readonly directory: AuditDirectory | null;
}

export interface RowKey {
  readonly toAt: Date;
  readonly nodeId: string;
  readonly batch: number;
}

export interface Step {
  readonly hits: readonly ScannedRow[];
  readonly last: RowKey | null;
  readonly rows: number;
  readonly looked: number;
  /** There are no more rows down to the step's low end. */
  readonly ended: boolean;
}

/** Looks at the directories of some rows: at most `rows`, fewer when those that may hold something are large. */
export async function scan(
  sql: Sql,
  filter: EventFilter,
  step: {
    lowMs: number;
    startMs: number;
    after: RowKey | null;
    isSeldom: boolean;
    rows: number;
    withinMs: number;
  },
): Promise<Step> {
  const { after } = step;
  const low = new Date(step.lowMs);
  const start = new Date(step.startMs);
  // A row is kept under the day on which it begins.
  const firstDay = new Date(step.lowMs - dayMs).toISOString().slice(0, 10);
  const keyset = after
    ? sql`and (to_at, node_id, batch) < (${after.toAt}, ${after.nodeId}::uuid, ${after.batch})`
    : sql``;
  // As the index has it, word for word: else it is not used.
  const seldom = step.isSeldom
    ? sql`and (jsonb_path_exists(directory, '$.sections[*][2] ? (@ == 4 || @ == 5 || @ == 7)')
        or directory->'gaps' <> '[]'::jsonb)`
    : sql``;
  const rows = await withDeadline(
    sql<(ScannedRow & { total: number })[]>`
      with scanned as materialized (
        select *, row_number() over w as n, sum(events) over w as looked
        from (
          select day, node_id, batch, from_at, to_at, events, directory from audit_batches
          where day >= ${firstDay}::text::date and to_at >= ${low} and to_at <= ${start} ${keyset} ${seldom}
          order by to_at desc, node_id desc, batch desc limit ${step.rows}
        ) newest
        window w as (order by to_at desc, node_id desc, batch desc rows unbounded preceding)
      ),
      judged as materialized (
        select *, from_at <= ${new Date(filter.toMs)}
          and ((true ${mayHold(sql, filter)}) or directory->'gaps' <> '[]'::jsonb) as hit
        from scanned
      ),
      sized as (
        select *, max(n) over () as total, coalesce(sum(case when hit then pg_column_size(directory) end)
          over (order by n rows between unbounded preceding and 1 preceding), 0) as before
        from judged
      )
      select n, total, day::text, node_id as "nodeId", batch, from_at as "fromAt", to_at as "toAt",
        looked, case when hit then directory end as directory
      from sized where before < ${directoryBytesMax} and (hit or n = total) order by n`,
    Math.max(1, step.withinMs),
  );
  const last = rows.at(-1) ?? null;
  return {
    hits: rows.filter((row) => row.directory !== null),
    last,
    rows: last?.n ?? 0,
    looked: Number(last?.looked ?? 0),
    ended: last === null || (last.n === last.total && last.total < step.rows),
  };
}

const dayMs = 86_400_000;

/** What can be said of a row by its directory alone. */
function mayHold(sql: Sql, { topic, channel, kinds, client }: EventFilter) {
  const place = [topic, channel].filter((name) => name !== null);
  const json = (value: object) => JSON.stringify(value);
  return sql`
    ${place.length > 0 ? sql`and directory @> ${json({ places: [place] })}::text::jsonb` : sql``}
    ${kinds.length > 0 ? sql`and jsonb_path_exists(directory, '$.sections[*][2] ? (@ == $k[*])', ${json({ k: kinds })}::text::jsonb)` : sql``}
    ${client !== "" ? sql`and jsonb_path_exists(directory, '$.clients[*][1 to 3] ? (@ starts with $c)', ${json({ c: client })}::text::jsonb)` : sql``}`;
}
