import { afterAll, beforeAll, expect, test } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../server/testing/postgres.ts";
import { openPool, parseDatabaseUrl, type Sql } from "../client.ts";
import { migrate } from "../migrate.ts";
import { takeConsoleLease } from "./console-leases.ts";
import {
  addUpHour,
  dropSamplePartitions,
  hoursUntil,
  insertSamples,
  makeSamplePartitions,
  sampleSizes,
  selectSamples,
  seriesOf,
} from "./metrics.ts";

const hourS = 500_000 * 3_600;
/** The second metric keeps its most. */
const most = { node: [], other: [2] };
let database: FreshDatabase;
let sql: Sql;
const term = { name: "samples", epoch: 1 };

beforeAll(async () => {
  database = await freshDatabase();
  sql = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "test", max: 4 });
  await migrate(sql, "weir");
  await takeConsoleLease(sql, term.name, crypto.randomUUID(), 60_000, 5_000);
  for (const table of ["10s", "1m", "1h"] as const) await makeSamplePartitions(sql, table, [hourS]);
});
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
});

test("[HY3] steps of many series are written at once, read in coarser steps, and an hour is added up from its minutes", async () => {
  const ids = await seriesOf(sql, term, ["topic:a", "node:b", "topic:'; drop table users; --"]);
  const [a, b] = [ids.get("topic:a")!, ids.get("node:b")!];
  for (let minute = 0; minute < 60; minute++) {
    const figures = [minute, minute, minute === 7 ? null : 1, 5, null];
    await insertSamples(sql, term, "1m", {
      atS: hourS + minute * 60,
      series: [a, b],
      widths: [2, 3],
      figures,
    });
  }
  await addUpHour(sql, term, hourS, most);
  const read = (room: string, table: "1m" | "1h", stepS: number) =>
    selectSamples(sql, table, { room, fromS: hourS, toS: hourS + 3_600, stepS }, most);

  expect(await read("topic:a", "1m", 1_800)).toEqual([
    { atS: hourS, figures: [14.5, 29] },
    { atS: hourS + 1_800, figures: [44.5, 59] },
  ]);
  expect(await read("node:b", "1m", 300)).toHaveLength(12);
  expect(await read("topic:a", "1h", 3_600)).toEqual([{ atS: hourS, figures: [29.5, 59] }]);
  expect(await read("node:b", "1h", 3_600)).toEqual([{ atS: hourS, figures: [1, 5, null] }]);
  expect(await hoursUntil(sql)).toBe(hourS + 3_600);
});

test("[HY3] what is written again stays as it was, and a term that is over writes nothing", async () => {
  const [a] = (await seriesOf(sql, term, ["topic:again"])).values();
  const step = (figure: number) => ({ atS: hourS, series: [a!], widths: [1], figures: [figure] });
  await insertSamples(sql, term, "10s", step(1));
  await insertSamples(sql, term, "10s", step(2));
  await insertSamples(sql, { ...term, epoch: 0 }, "10s", { ...step(3), atS: hourS + 10 });

  expect(
    await selectSamples(sql, "10s", { room: "topic:again", fromS: hourS, toS: hourS + 60, stepS: 10 }, most),
  ).toEqual([{ atS: hourS, figures: [1] }]);
  expect(await seriesOf(sql, { ...term, epoch: 0 }, ["topic:never"])).toEqual(new Map());
});

test("[HY4] whole days are dropped once they are older than they are kept", async () => {
  const firstS = Math.floor(hourS / 86_400) * 86_400;
  await makeSamplePartitions(sql, "10s", [firstS, firstS + 86_400]);

  expect(await dropSamplePartitions(sql, "10s", firstS + 86_399)).toBe(0);
  expect(await dropSamplePartitions(sql, "10s", firstS + 86_400)).toBe(1);
  const left =
    await sql`select relname from pg_class where relname like 'metric_samples_10s_%' and relkind = 'r'`;
  expect(left.map(({ relname }) => relname)).toEqual([`metric_samples_10s_${firstS + 86_400}`]);
  const [whole] = (await seriesOf(sql, term, ["overview"])).values();
  await insertSamples(sql, term, "1m", { atS: hourS, series: [whole!], widths: [1], figures: [1] });
  const sizes = await sampleSizes(sql);
  expect(sizes.map(({ table, sinceS, bytes }) => [table, sinceS, bytes > 0])).toEqual([
    ["10s", null, true],
    ["1m", hourS, true],
    ["1h", null, true],
  ]);
});

test("[HY5] a step of five hundred series is one short statement, and a week of one is read in a moment", async () => {
  const rooms = Array.from({ length: 500 }, (_, index) => `topic:t${index}`);
  const ids = [...(await seriesOf(sql, term, rooms)).values()];
  const figures = ids.flatMap((id) => Array.from({ length: 11 }, (_, place) => id + place));
  const widths = ids.map(() => 11);
  const startMs = performance.now();
  for (let step = 0; step < 20; step++) {
    await insertSamples(sql, term, "1m", { atS: hourS + 7_200 + step * 60, series: ids, widths, figures });
  }
  const stepMs = (performance.now() - startMs) / 20;
  await sql`insert into metric_samples_1h (series, at_s, figures)
    select ${ids[0]!}::int, ${hourS}::bigint + 3600 + n, array_fill(1.5::real, array[11])
    from generate_series(1, 10080) n`;
  const readMs = performance.now();
  const range = { room: "topic:t0", fromS: hourS, toS: hourS + 20_000, stepS: 30 };
  const points = await selectSamples(sql, "1h", range, most);

  expect(points.length).toBeGreaterThan(300);
  expect(stepMs).toBeLessThan(500);
  expect(performance.now() - readMs).toBeLessThan(2_000);
  console.log(
    `step of 500 series: ${stepMs.toFixed(1)} ms; 10,080 rows read: ${(performance.now() - readMs).toFixed(1)} ms`,
  );
});
