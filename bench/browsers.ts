/**
 * Pages that consume through one console: what it costs, and how fast it is.
 * `node bench/browsers.ts [--pages N] [--rate N] [--seconds N] [--markdown]`
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Producer } from "../client/node/index.ts";
import { startBroker } from "./brokers.ts";
import type { PagesLap } from "./browsers/pages.ts";
import { cpuMs, memoryBytes } from "./process-usage.ts";
import { circumstances, type Row, table, writeSection } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    pages: { type: "string", default: "1000" },
    rate: { type: "string", default: "5000" },
    seconds: { type: "string", default: "10" },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const usage =
  "node bench/browsers.ts [--pages N, default 1000] [--rate messages a second, default 5000] [--seconds N, of each lap] [--markdown]";
if (options.help) {
  console.log(usage);
  process.exit(0);
}

const [pages, rate, seconds] = [Number(options.pages), Number(options.rate), Number(options.seconds)];
const inFlight = 20;
const topic = "for-pages";
const body = "x".repeat(200);
const batch = 500;
const intervalMs = 10;

await using node = await startBroker("weir");
const nodeUrl = `127.0.0.1:${node.httpPort}`;
await fetch(`http://${nodeUrl}/topic/create?topic=${topic}`, { method: "POST" });
const start = (file: string, ...args: readonly string[]): ChildProcess =>
  // Pages by the thousand in one process: it shall not be their garbage that is measured.
  fork(join(import.meta.dirname, "browsers", file), args, {
    execArgv: file === "pages.ts" ? ["--max-semi-space-size=64"] : [],
  });
const consoleProcess = start("console.ts", nodeUrl, String(node.tcpPort));
const [{ url, cookie }] = (await once(consoleProcess, "message")) as [{ url: string; cookie: string }];
const idle = memoryBytes(consoleProcess.pid!).now;
const pagesProcess = start("pages.ts", url, cookie, String(pages), String(inFlight), topic);
await once(pagesProcess, "message");
const open = memoryBytes(consoleProcess.pid!).now;
console.error(`${pages} pages are open`);

const producer = new Producer({ nsqdTcpAddress: `127.0.0.1:${node.tcpPort}` });
const rows: Row[] = [
  [
    ...["", "messages/s", "p50 ms", "p99 ms", "console's CPU", "of it a message", "pages' CPU a message"],
    ...["console's RSS MB", "refused answers"],
  ],
];

rows.push(await lap(`${rate.toLocaleString("en")} a second`, (stop) => publishSteadily(stop)));
rows.push(await lap("as fast as it goes", (stop) => publishAhead(stop)));

const text = [
  `${pages.toLocaleString("en")} pages, ${inFlight} in flight each, bodies of ${body.length} bytes, one console, one node, laps of ${seconds} s. Idle the console has ${megabytes(idle)} MB, with the pages open ${megabytes(open)} MB: ${Math.round((open - idle) / pages / 1024)} KB a page.`,
  table(rows),
].join("\n\n");
console.log(text);
if (options.markdown) {
  const command = `node bench/browsers.ts --pages ${pages} --rate ${rate} --seconds ${seconds}`;
  writeSection("Pages that consume", `${circumstances(command)}\n\n${text}`);
}
process.exit(0);

async function lap(name: string, publish: (stop: AbortSignal) => Promise<void>): Promise<Row> {
  const stop = new AbortController();
  const publishing = publish(stop.signal);
  await pause(2_000); // both sides warm up
  await tell();
  const [cpuBefore, pagesBefore] = [cpuMs(consoleProcess.pid!), cpuMs(pagesProcess.pid!)];
  const beganMs = performance.now();
  await pause(seconds * 1_000);
  const seen = await tell();
  const tookMs = performance.now() - beganMs;
  const cpu = (cpuMs(consoleProcess.pid!) - cpuBefore) / tookMs;
  const pagesCpu = (cpuMs(pagesProcess.pid!) - pagesBefore) / tookMs;
  const aMessage = (part: number) => `${((part * tookMs * 1_000) / seen.finished).toFixed(1)} µs`;
  stop.abort();
  await publishing;
  const row: Row = [
    name,
    Math.round((seen.finished / tookMs) * 1_000).toLocaleString("en"),
    seen.p50Ms.toFixed(1),
    seen.p99Ms.toFixed(1),
    `${Math.round(cpu * 100)} % of a core`,
    aMessage(cpu),
    aMessage(pagesCpu),
    megabytes(memoryBytes(consoleProcess.pid!).now),
    seen.failed,
  ];
  console.error(row.join("  "));
  return row;
}

async function tell(): Promise<PagesLap> {
  const answer = once(pagesProcess, "message");
  pagesProcess.send("lap");
  return (await answer)[0] as PagesLap;
}

async function publishSteadily(stop: AbortSignal): Promise<void> {
  const each = Math.max(1, Math.round((rate * intervalMs) / 1_000));
  const began = performance.now();
  for (let sent = 0; !stop.aborted; ) {
    const due = ((performance.now() - began) * rate) / 1_000;
    while (sent < due) {
      await producer.publishMany(topic, new Array(each).fill(body));
      sent += each;
    }
    await pause(intervalMs);
  }
}

/** Always something waits, and not much: how old a message is says how long the way is, not how long the queue. */
async function publishAhead(stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const depth = await depthOf();
    if (depth > 20 * batch) await pause(intervalMs);
    else
      for (let sent = 0; sent < 10 && !stop.aborted; sent++)
        await producer.publishMany(topic, new Array(batch).fill(body));
  }
}

async function depthOf(): Promise<number> {
  const answer = await fetch(`http://${nodeUrl}/stats?format=json&topic=${topic}&include_clients=false`);
  const { topics } = (await answer.json()) as { topics: { channels: { depth: number }[] }[] };
  return topics[0]?.channels[0]?.depth ?? 0;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
