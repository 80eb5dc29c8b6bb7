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
import { type Broker, startBroker } from "./brokers.ts";
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
const turns = 5;
const shareMin = 0.8;

await using cleanup = new AsyncDisposableStack();

interface Place {
  readonly url: string;
  readonly broker: Broker;
}

/** A server of its own, and a node on it. */
async function openPlace(): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), "weir-bench-"));
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const server = await startPostgres({ dataDir });
  cleanup.defer(() => server.stop());
  const flags = ["--durable-topics=*"];
  const broker = await startBroker("weir", { flags, env: { DATABASE_URL: server.url } });
  cleanup.defer(() => broker[Symbol.asyncDispose]());
  return { url: server.url, broker };
}

const place = await openPlace();
const holder = openPool(parseDatabaseUrl(place.url), {
  ...{ schema: "weir", name: "holder", max: 1, statementTimeoutMs: 0 },
});
cleanup.defer(() => holder.end({ timeout: 1 }));
await load(place.broker, "durable-both");
await holder.unsafe("begin isolation level repeatable read; select count(*) from blocks").simple();
await steadily(place.broker.tcpPort, minutes * 60 * perSecond);

// In turns with a place that nobody looks at: what else the machine does meets both.
const other = await openPlace();
const [under, without]: [number[], number[]] = [[], []];
const shares: number[] = [];
for (let turn = 0; turn < turns; turn++) {
  without.push(await throughput(other));
  under.push(await throughput(place));
  shares.push(under.at(-1)! / without.at(-1)!);
  console.error(`${Math.round(without.at(-1)!)} without, ${Math.round(under.at(-1)!)} under a snapshot`);
}
await holder.unsafe("commit").simple();

const share = spread(shares).median;
const rows: Row[] = [
  ["100 producers that wait, and a consumer", "messages/s"],
  ["without a snapshot, on a server of its own", spreadText(without, 0)],
  [
    `after ${minutes} minutes of ${perSecond.toLocaleString("en")} a second under a snapshot`,
    spreadText(under, 0),
  ],
  ["share", spreadText(shares, 2)],
];
const text = `${table(rows)}\n\nMeasured in turns, ${turns} of them. At least ${shareMin} is asked for.`;
console.log(text);
if (options.markdown) {
  const command = `node bench/snapshot.ts --minutes ${minutes}`;
  writeSection("Under a snapshot", `${circumstances(command)}\n\n${text}`);
}
if (share < shareMin) process.exitCode = 1;

async function throughput({ broker }: Place): Promise<number> {
  const { messages, seconds } = await load(broker, "durable-both");
  return messages / seconds;
}

/** Publishes and consumes at a steady rate; resolves when all have come. */
async function steadily(port: number, count: number): Promise<void> {
  const command = pubCommand("steady", durableBodyBytes);
  const failed = Promise.withResolvers<never>();
  const consumer = await consume({
    ...{ port, topic: "steady", channel: "c", rdy: 2_500, count },
  });
  const producer = await openLink(port, {}, failed.reject);
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
