/**
 * A backlog that memory may not hold: published while nobody consumes, through
 * a clean stop and a start, and counted when it is consumed.
 * `node bench/overflow.ts [--count N] [--no-postgres] [--durable] [--markdown]`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startPostgres } from "../server/postgres/embedded.ts";
import { type Broker, startBroker } from "./brokers.ts";
import { consumeNumbered, publishNumbered } from "./load/numbered.ts";
import { memoryBytes } from "./process-usage.ts";
import { circumstances, type Row, table, writeSection } from "./report.ts";
import { Slices } from "./slices.ts";

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    count: { type: "string", default: "1000000" },
    postgres: { type: "boolean", default: true },
    durable: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(
    "node bench/overflow.ts [--count N, default 1000000] [--no-postgres] [--durable: of a durable topic] [--markdown]",
  );
  process.exit(0);
}

const count = Number(options.count);
const rssBytesMax = 400 * 2 ** 20;
const flags = ["--mem-queue-size=10000", ...(options.durable ? ["--durable-topics=*"] : [])];
const idleMs = 10_000;

await using cleanup = new AsyncDisposableStack();
let databaseUrl: string | undefined;
if (options.postgres) {
  const dataDir = mkdtempSync(join(tmpdir(), "weir-bench-"));
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const server = await startPostgres({ dataDir });
  cleanup.defer(() => server.stop());
  databaseUrl = server.url;
}
const env = databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl };
const dataPath = mkdtempSync(join(tmpdir(), "weir-bench-"));
cleanup.defer(() => rmSync(dataPath, { recursive: true, force: true }));
let node: Broker = await startBroker("weir", { flags, env, dataPath });
cleanup.defer(() => node[Symbol.asyncDispose]());

const rows: Row[] = [["phase", "seconds", "messages/s", "most RSS MB"]];
let rssMost = 0;
async function phase<T>(title: string, act: () => Promise<T>, messages = 0): Promise<T> {
  const startMs = performance.now();
  // Sampled as well as asked for at the end: a stop ends the process, and its peak with it.
  let peak = 0;
  const look = () => {
    try {
      peak = Math.max(peak, memoryBytes(node.pid).peak);
    } catch {
      // between two lives
    }
  };
  const looking = setInterval(look, 10);
  const result = await act();
  clearInterval(looking);
  look();
  const seconds = (performance.now() - startMs) / 1_000;
  const rate = messages === 0 ? "" : Math.round(messages / seconds).toLocaleString("en");
  rssMost = Math.max(rssMost, peak);
  rows.push([title, seconds.toFixed(2), rate, (peak / 2 ** 20).toFixed(0)]);
  console.error(rows.at(-1)!.join("  "));
  return result;
}

await phase("publish, nobody consumes", () => publishNumbered(node.tcpPort, "t", count), count);
await phase("stop and start", async () => {
  await node.stop("SIGTERM");
  node = await startBroker("weir", { flags, env, dataPath });
});
const slices = new Slices(count);
const tally = await phase(
  "consume",
  () => consumeNumbered(node.tcpPort, "t", count, idleMs, (distinct) => slices.reached(distinct)),
  count,
);

const verdict = `${slices.text()}Of ${count.toLocaleString("en")} published ${tally.distinct.toLocaleString("en")} came, ${tally.duplicates} of them more than once; missing ${count - tally.distinct}, invented ${tally.invented}.`;
const text = `${table(rows)}\n\n${verdict}`;
console.log(text);
if (options.markdown) {
  const command = `node bench/overflow.ts --count ${count}${options.postgres ? "" : " --no-postgres"}${options.durable ? " --durable" : ""}`;
  writeSection(
    options.durable
      ? "A durable backlog"
      : `Overflow into ${options.postgres ? "Postgres" : "segment files"}`,
    `${circumstances(command)}\n\n${text}`,
  );
}
if (tally.distinct !== count || tally.invented > 0 || rssMost > rssBytesMax) process.exitCode = 1;
