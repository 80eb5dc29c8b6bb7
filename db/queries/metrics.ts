/** Samples of what is charted: written a step at a time, added up to hours, read by time, dropped by partition. */
import { type Query, type Sql, withDeadline } from "../statement.ts";
import { type ConsoleTerm, termPart } from "./console-leases.ts";

const statementMs = 5_000;
/** Once an hour, over two partitions at most. */
const rollupMs = 10_000;

export const sampleTables = ["10s", "1m", "1h"] as const;
export type SampleTable = (typeof sampleTables)[number];

/** Seconds of a step, and of a partition. */
export const sampleSteps: Readonly<
  Record<SampleTable, { readonly stepS: number; readonly partitionS: number }>
> = {
  "10s": { stepS: 10, partitionS: 86_400 },
  "1m": { stepS: 60, partitionS: 86_400 },
  "1h": { stepS: 3_600, partitionS: 30 * 86_400 },
};

/** One step of many series: `figures` has those of all one behind the other, `widths[n]` of the n-th. */
export interface SampleStep {
  readonly atS: number;
  readonly series: readonly number[];
  readonly widths: readonly number[];
  readonly figures: readonly (number | null)[];
}

function tableOf(sql: Sql, table: SampleTable) {
  return sql(`metric_samples_${table}`);
}

/** Numbers of series by room; makes those that are not there. At most a thousand rooms at a time. */
export async function seriesOf(
  sql: Sql,
  term: ConsoleTerm,
  rooms: readonly string[],
): Promise<Map<string, number>> {
  const rows = await withDeadline(
    sql<{ room: string; id: number }[]>`
      with ${termPart(sql, term)}
      insert into metric_series (room)
      select room from jsonb_array_elements_text(${JSON.stringify(rooms)}::text::jsonb) as r(room), term
      on conflict (room) do update set seen_at = now()
      returning room, id`,
    statementMs,
  );
  return new Map(rows.map(({ room, id }) => [room, id]));
}

/** Writes a step; what is there already stays. Fails with SQLSTATE 23514 when its time has no partition. */
export async function insertSamples(
  sql: Sql,
  term: ConsoleTerm,
  table: SampleTable,
  step: SampleStep,
): Promise<void> {
  let next = 1;
  const firsts = step.widths.map((width) => {
    next += width;
    return next - width;
  });
  await withDeadline(
    sql`with ${termPart(sql, term)},
      given as materialized (select ${arrayOf(step.figures)}::real[] as figures from term)
      insert into ${tableOf(sql, table)} (series, at_s, figures)
      select s, ${step.atS}::bigint, given.figures[first : first + width - 1]
      from given, unnest(${arrayOf(step.series)}::int[], ${arrayOf(firsts)}::int[], ${arrayOf(step.widths)}::int[])
        as u(s, first, width)
      on conflict do nothing`,
    statementMs,
  );
}

function arrayOf(values: readonly (number | null)[]): string {
  return `{${values.map((value) => value ?? "NULL").join(",")}}`;
}

/** Makes the partitions that hold these times. Harmless to repeat. */
export async function makeSamplePartitions(
  sql: Sql,
  table: SampleTable,
  atS: readonly number[],
): Promise<void> {
  const { partitionS } = sampleSteps[table];
  for (const at of atS) {
    await withDeadline(
      sql`select metric_make_partition(${`metric_samples_${table}`}, ${partitionS}, ${at})`,
      statementMs,
    );
  }
}

/** Drops what is older than a time, as far as whole partitions are; says how many. Fails while somebody reads them. */
export async function dropSamplePartitions(sql: Sql, table: SampleTable, beforeS: number): Promise<number> {
  const { partitionS } = sampleSteps[table];
  const [row] = await withDeadline(
    sql<{ dropped: number }[]>`select
      metric_drop_partitions(${`metric_samples_${table}`}, ${partitionS}, ${Math.floor(beforeS)}) as dropped`,
    statementMs,
  );
  return row!.dropped;
}

/** Series without a sample for a year, a few at a time. */
export async function forgetSeries(sql: Sql, term: ConsoleTerm, days: number): Promise<void> {
  await withDeadline(
    sql`with ${termPart(sql, term)}
      delete from metric_series where exists (select from term) and id in (
        select id from metric_series where seen_at < now() - ${days} * interval '1 day' limit 1000)`,
    statementMs,
  );
}

/** Of each metric of a step the mean, or, by its place counted from 1, the most. */
function folded(sql: Sql, most: readonly number[]): Query {
  return sql`case when place = any(${arrayOf(most)}::int[]) then max(figure) else avg(figure) end`;
}

/** Which places of the figures keep their most: of nodes, and of everything else. */
export interface MostPlaces {
  readonly node: readonly number[];
  readonly other: readonly number[];
}

/** From when on hours have to be added up: that of the last time, or of the first minute there is. null: nothing yet. */
export async function hoursUntil(sql: Sql): Promise<number | null> {
  const [row] = await withDeadline(
    sql<{ untilS: number | null }[]>`select coalesce(
      (select hours_until_s from metric_rollup),
      (select min(substring(c.relname from '\\d+$')::bigint) from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = to_regclass('metric_samples_1m'))) as "untilS"`,
    statementMs,
  );
  return row?.untilS ?? null;
}

/** Adds up the minutes of one hour, and writes down that it is done. Doing it again changes nothing. */
export async function addUpHour(sql: Sql, term: ConsoleTerm, hourS: number, most: MostPlaces): Promise<void> {
  await withDeadline(
    sql`with ${termPart(sql, term)},
      folded as (
        select m.series, place, case when s.room like 'node:%' then ${folded(sql, most.node)}
          else ${folded(sql, most.other)} end as figure
        from metric_samples_1m m join metric_series s on s.id = m.series,
          unnest(m.figures) with ordinality as f(figure, place)
        where m.at_s >= ${hourS} and m.at_s < ${hourS + 3_600}
        group by m.series, s.room, place),
      written as (
        insert into metric_samples_1h (series, at_s, figures)
        select series, ${hourS}::bigint, array_agg(figure order by place)::real[] from folded, term group by series
        on conflict (series, at_s) do update set figures = excluded.figures)
      insert into metric_rollup (id, hours_until_s) select true, ${hourS + 3_600}::bigint from term
      on conflict (id) do update set hours_until_s = excluded.hours_until_s`,
    rollupMs,
  );
}

export interface SampleRange {
  readonly room: string;
  readonly fromS: number;
  readonly toS: number;
  /** A multiple of the table's. */
  readonly stepS: number;
}

export interface SamplePoint {
  readonly atS: number;
  readonly figures: readonly (number | null)[];
}

/** Samples of a range in steps, oldest first; a step without any is left out. */
export async function selectSamples(
  sql: Sql,
  table: SampleTable,
  { room, fromS, toS, stepS }: SampleRange,
  most: MostPlaces,
): Promise<SamplePoint[]> {
  const rows = await withDeadline(
    sql<{ atS: number; figures: string }[]>`
      select at_s as "atS", array_agg(figure order by place)::text as figures from (
        select m.at_s / ${stepS}::bigint * ${stepS}::bigint as at_s, place,
          ${folded(sql, room.startsWith("node:") ? most.node : most.other)} as figure
        from ${tableOf(sql, table)} m, unnest(m.figures) with ordinality as f(figure, place)
        where m.series = (select id from metric_series where room = ${room})
          and m.at_s >= ${fromS}::bigint and m.at_s < ${toS}::bigint
        group by 1, place) as stepped
      group by at_s order by at_s`,
    statementMs,
  );
  return rows.map(({ atS, figures }) => ({ atS, figures: parseArray(figures) }));
}

/** Of many rooms, what two figures of each minute come to, by room; a minute without a sample is left out. */
export async function selectSparks(
  sql: Sql,
  rooms: readonly string[],
  { fromS, toS }: { readonly fromS: number; readonly toS: number },
  [one, other]: readonly [number, number],
): Promise<Map<string, { atS: number; depth: number | null }[]>> {
  const rows = await withDeadline(
    sql<{ room: string; times: string; depths: string }[]>`
      select s.room, array_agg(m.at_s)::text as times,
        array_agg(m.figures[${one}::int] + m.figures[${other}::int])::text as depths
      from metric_series s join metric_samples_1m m on m.series = s.id
      where s.room in (select jsonb_array_elements_text(${JSON.stringify(rooms)}::text::jsonb))
        and m.at_s >= ${fromS}::bigint and m.at_s < ${toS}::bigint
      group by s.room`,
    statementMs,
  );
  return new Map(
    rows.map(({ room, times, depths }) => {
      const figures = parseArray(depths);
      return [
        room,
        parseArray(times).map((atS, index) => ({ atS: atS ?? 0, depth: figures[index] ?? null })),
      ];
    }),
  );
}

function parseArray(text: string): (number | null)[] {
  return text
    .slice(1, -1)
    .split(",")
    .map((part) => (part === "NULL" ? null : Number(part)));
}

/** How much is stored, by table, and since when; null: nothing. The whole is sampled whenever anything is. */
export async function sampleSizes(
  sql: Sql,
): Promise<{ table: SampleTable; bytes: number; sinceS: number | null }[]> {
  const rows = await withDeadline(
    sql<{ parent: string; bytes: number; sinceS: number | null }[]>`
      with whole as materialized (select id from metric_series where room = 'overview'),
      since as (
        select 'metric_samples_10s' as parent, (select min(at_s) from metric_samples_10s where series = w.id) from whole w
        union all
        select 'metric_samples_1m', (select min(at_s) from metric_samples_1m where series = w.id) from whole w
        union all
        select 'metric_samples_1h', (select min(at_s) from metric_samples_1h where series = w.id) from whole w)
      select p.relname as parent, coalesce(sum(pg_total_relation_size(i.inhrelid)), 0)::bigint as bytes,
        min(s.min) as "sinceS"
      from pg_class p left join pg_inherits i on i.inhparent = p.oid left join since s on s.parent = p.relname
      where p.oid in (to_regclass('metric_samples_10s'), to_regclass('metric_samples_1m'), to_regclass('metric_samples_1h'))
      group by p.relname`,
    statementMs,
  );
  return sampleTables.map((table) => {
    const found = rows.find(({ parent }) => parent === `metric_samples_${table}`);
    return { table, bytes: found?.bytes ?? 0, sinceS: found?.sinceS ?? null };
  });
}
