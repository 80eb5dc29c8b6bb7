/**
 * What a snapshot that is held in Postgres costs durable topics: while it is there nothing that was deleted goes.
 * `node bench/snapshot.ts [--minutes N] [--markdown]`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPool, parseDatabaseUrl } from "../db/client.ts";
import { startPostgres } from "../server/postgres/embedded.ts";
import { startBroker } from "./brokers.ts";
import { consume } from "./load/consumer.ts";
import { durableBodyBytes } from "./load/durable-workloads.ts";
import { openLink } from "./load/link.ts";
import { pubCommand } from "./load/producer.ts";
import { load } from "./load.ts";
import { circumstances, type Row, spread, spreadText, table, writeSection } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log("node bench/snapshot.ts [--minutes N, default 10] [--markdown]");
  process.exit(0);
}
const minutes = Number(options.minutes);
const perSecond = 1_000;
const measurements = 3;
const shareMin = 0.8;

await using cleanup = new AsyncDisposableStack();
const dataDir = mkdtempSync(join(tmpdir(), "weir-bench-"));
cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
const server = await startPostgres({ dataDir });
cleanup.defer(() => server.stop());
const broker = await startBroker("weir", {
  flags: ["--durable-topics=*"],
  env: { DATABASE_URL: server.url },
});
cleanup.defer(() => broker[Symbol.asyncDispose]());

const before = await throughput();
const holder = openPool(parseDatabaseUrl(server.url), {
  ...{ schema: "weir", name: "holder", max: 1, statementTimeoutMs: 0 },
});
cleanup.defer(() => holder.end({ timeout: 1 }));
await holder.unsafe("begin isolation level repeatable read; select count(*) from blocks").simple();
await steadily(minutes * 60 * perSecond);
const under = await throughput();
await holder.unsafe("commit").simple();

const share = spread(under).median / spread(before).median;
const rows: Row[] = [
  ["100 producers that wait, and a consumer", "messages/s"],
  ["before", spreadText(before, 0)],
  [
    `after ${minutes} minutes of ${perSecond.toLocaleString("en")} a second under a snapshot`,
    spreadText(under, 0),
  ],
];
const text = `${table(rows)}\n\nUnder the snapshot throughput is ${share.toFixed(2)} of what it was; at least ${shareMin} is asked for.`;
console.log(text);
if (options.markdown) {
  const command = `node bench/snapshot.ts --minutes ${minutes}`;
  writeSection("Under a snapshot", `${circumstances(command)}\n\n${text}`);
}
if (share < shareMin) process.exitCode = 1;

async function throughput(): Promise<number[]> {
  const rates: number[] = [];
  for (let i = 0; i < measurements; i++) {
    const { messages, seconds } = await load(broker, "durable-both");
    rates.push(messages / seconds);
    console.error(`${Math.round(rates.at(-1)!).toLocaleString("en")} a second`);
  }
  return rates;
}

/** Publishes and consumes at a steady rate; resolves when all have come. */
async function steadily(count: number): Promise<void> {
  const command = pubCommand("steady", durableBodyBytes);
  const failed = Promise.withResolvers<never>();
  const consumer = await consume({
    ...{ port: broker.tcpPort, topic: "steady", channel: "c", rdy: 2_500, count },
  });
  const producer = await openLink(broker.tcpPort, {}, failed.reject);
  const startMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(count, ((performance.now() - startMs) / 1_000) * perSecond);
    for (; sent < due; sent++) producer.write(command);
  }, 5);
  try {
    await Promise.race([consumer.done, failed.promise]);
  } finally {
    clearInterval(timer);
    producer.close();
  }
}
