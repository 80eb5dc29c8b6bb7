/**
 * Topics whose OK means that Postgres has it: publish, consume, both. Postgres, fsync on, is started for it.
 * `node bench/durable.ts [--runs N] [--only name,…] [--scale S] [--markdown]`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPool, parseDatabaseUrl } from "../db/client.ts";
import { startPostgres } from "../server/postgres/embedded.ts";
import { startBroker } from "./brokers.ts";
import { type DurableWorkloadName, durableBodyBytes, durableWorkloads } from "./load/durable-workloads.ts";
import type { LoadResult } from "./load/main.ts";
import { load } from "./load.ts";
import { circumstances, type Row, spread, spreadText, table, writeSection } from "./report.ts";

const names = Object.keys(durableWorkloads) as DurableWorkloadName[];
const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "1" },
    only: { type: "string", default: names.join(",") },
    scale: { type: "string", default: "1" },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(
    `node bench/durable.ts [--runs N, default 1] [--only ${names.join(",")}] [--scale S, of the counts, default 1] [--markdown]`,
  );
  process.exit(0);
}
const runs = Number(options.runs);
const chosen = names.filter((name) => options.only.split(",").includes(name));

await using cleanup = new AsyncDisposableStack();
const dataDir = mkdtempSync(join(tmpdir(), "weir-bench-"));
cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
const server = await startPostgres({ dataDir });
cleanup.defer(() => server.stop());

const commitMs = await commitTimes();
const results = new Map<DurableWorkloadName, LoadResult[]>(chosen.map((name) => [name, []]));
// In turns, so that a slow moment of the machine does not meet one workload alone.
for (let run = 0; run < runs; run++) {
  for (const name of chosen) {
    await using broker = await startBroker("weir", {
      flags: ["--durable-topics=*", `--cluster=run_${run}_${name.replaceAll("-", "_")}`],
      env: { DATABASE_URL: server.url },
    });
    const result = await load(broker, name, Math.ceil(durableWorkloads[name].count * Number(options.scale)));
    results.get(name)!.push(result);
    console.error(`${name}: ${Math.round(result.messages / result.seconds).toLocaleString("en")} a second`);
  }
}

const rows: Row[] = [
  [
    "",
    "messages/s",
    "p50 ms",
    "p99 ms",
    "node µs/message",
    "load µs/message",
    "peak RSS MB",
    "floor",
    "goal",
  ],
];
let isBelow = false;
for (const name of chosen) {
  const { title, floor, goal } = durableWorkloads[name];
  const all = results.get(name)!;
  const rates = all.map((result) => result.messages / result.seconds);
  isBelow ||= spread(rates).median < floor;
  const times = (of: (result: LoadResult) => number | null) =>
    of(all[0]!) === null
      ? ""
      : spreadText(
          all.map((result) => of(result)!),
          2,
        );
  rows.push([
    title,
    spreadText(rates, 0),
    times((result) => result.p50Ms),
    times((result) => result.p99Ms),
    spreadText(
      all.map((result) => result.brokerMicros),
      1,
    ),
    spreadText(
      all.map((result) => result.loadMicros),
      1,
    ),
    spreadText(
      all.map((result) => result.brokerPeakBytes / 2 ** 20),
      0,
    ),
    floor === 0 ? "" : floor.toLocaleString("en"),
    goal === 0 ? "" : goal.toLocaleString("en"),
  ]);
}
const text = `${table(rows)}

A commit of one row of ${durableBodyBytes} bytes by one connection, with nothing else going on: ${commitMs.p50.toFixed(2)} ms at the median, ${commitMs.p99.toFixed(2)} ms at p99.`;
console.log(text);
if (options.markdown) {
  const command = `node bench/durable.ts --runs ${runs}`;
  writeSection("Durable topics", `${circumstances(command)}\n\n${text}`);
}
if (isBelow) process.exitCode = 1;

/** What the least durable act costs here: the measure for a producer that waits alone. */
async function commitTimes(): Promise<{ p50: number; p99: number }> {
  const sql = openPool(parseDatabaseUrl(server.url), { schema: "public", name: "bench", max: 1 });
  await sql`create table one (body bytea)`;
  const body = Buffer.alloc(durableBodyBytes);
  const times: number[] = [];
  for (let i = 0; i < 1_000; i++) {
    const startMs = performance.now();
    await sql`insert into one values (${body})`;
    times.push(performance.now() - startMs);
  }
  await sql.end();
  times.sort((a, b) => a - b);
  return { p50: times[500]!, p99: times[990]! };
}
