/**
 * What the console costs with very many topics, all of which change every second: the first paint and the cost of
 * a tab in a real browser, and of a hundred browsers to the console.
 * Paints are taken by the clock: where other things run, give it precedence.
 * `node bench/console.ts [--topics N] [--channels N] [--sockets N] [--seconds N] [--markdown]`
 */

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
// @ts-expect-error: plain JavaScript, for the Node at hand on a fresh clone.
import { findBrowser } from "../scripts/browser.mjs";
// @ts-expect-error: likewise.
import { ensureBuilt } from "../scripts/prepare.mjs";
import { socketsPerSessionMax } from "../server/console/contract/index.ts";
import type { GeneratorCounts } from "./console/generator.ts";
import { Asked, Console } from "./console/places.ts";
import type { SocketCounts } from "./console/sockets.ts";
import { paint, watch } from "./console/tab.ts";
import { cpuMs } from "./process-usage.ts";
import { circumstances, type Row, spread, spreadText, table, writeSection } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    topics: { type: "string", default: "10000" },
    channels: { type: "string", default: "3" },
    sockets: { type: "string", default: "100" },
    seconds: { type: "string", default: "30" },
    paints: { type: "string", default: "7" },
    serve: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(
    "node bench/console.ts [--topics N] [--channels N] [--sockets N] [--seconds N] [--paints N] [--markdown]\n" +
      "--serve: no measuring; prints a sign-in link and stays, to look at it",
  );
  process.exit(0);
}
const [topics, channels, sockets, seconds, paints] = [
  ...[options.topics, options.channels, options.sockets, options.seconds, options.paints].map(Number),
] as [number, number, number, number, number];

/** What is asked for; `cores`: of the browsers, beyond what following the node costs. */
const most = { rowsMs: 1_500, bytesPerSecond: 50_000, scriptMsPerTick: 16, cores: 0.1 };

ensureBuilt();
await using cleanup = new AsyncDisposableStack();
const generator = cleanup.use(Asked.fork("generator.ts", [String(topics), String(channels)]));
const { port } = await generator.next<{ port: number }>();
const place = cleanup.use(await Console.start(port, await freePort()));
if (options.serve) {
  console.log(await place.newLink());
  await pause(2 ** 30);
}
await pause(5_000);

const alone = await cores(seconds);
console.error(`the console alone: ${alone.map((one) => one.toFixed(2)).join(" ")} cores`);

const session = await place.signIn();
const browser = await chromium.launch({
  executablePath: (await findBrowser()) as string,
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
cleanup.defer(() => browser.close());
const paintings: Awaited<ReturnType<typeof paint>>[] = [];
for (let turn = 0; turn < paints; turn++) {
  const context = await open();
  paintings.push(await paint(context, `${place.url}/topics`));
  console.error(JSON.stringify(paintings.at(-1)));
  await context.close();
}
const context = await open();
const tab = await watch(context, `${place.url}/topics`, seconds);
await context.close();
console.error(`${tab.rows} rows, ${tab.cells} cells`);

const cookies: string[] = [];
for (let open = 0; open < sockets; open += socketsPerSessionMax) {
  const { name, value } = await place.signIn();
  cookies.push(`${name}=${value}`);
}
const crowd = cleanup.use(Asked.fork("sockets.ts", [place.url, String(sockets), ...cookies]));
await crowd.next();
await pause(5_000);
await crowd.ask();
const together = await cores(seconds);
const heard = await crowd.ask<SocketCounts>();
await crowd[Symbol.asyncDispose]();
const after = await cores(seconds);
const asked = await generator.ask<GeneratorCounts>();

const without = spread([...alone, ...after]).median;
const beyond = spread(together).median - without;
const rows: Row[] = [
  ["", "measured", "asked for"],
  ["something is painted, ms", text("firstMs"), ""],
  ["rows with figures are painted, ms", text("rowsMs"), `< ${most.rowsMs}`],
  ["bytes/s of a tab's socket", spreadText(tab.bytes, 0), `≤ ${most.bytesPerSecond}`],
  ["script ms a tick", spreadText(tab.scriptMs, 1), `≤ ${most.scriptMsPerTick}`],
  ["layout and style ms a tick", spreadText(tab.layoutMs, 1), ""],
  ["the tab's main thread ms a tick", spreadText(tab.taskMs, 1), ""],
  ["cores, console without browsers", spreadText([...alone, ...after], 2), ""],
  [`cores, console with ${sockets} browsers`, spreadText(together, 2), ""],
  ["cores that the browsers cost", beyond.toFixed(3), `< ${most.cores}`],
  [`bytes/s of one of the ${sockets}`, Math.round(heard.bytes / seconds / sockets), ""],
  ["deltas that were missed", heard.gaps, ""],
  ["live streams at the node, other requests", `${asked.streams}, ${asked.others}`, "1, 0"],
];
const result = [
  table(rows),
  "",
  `${topics.toLocaleString("en")} topics × ${channels} channels; every figure of every topic differs from second to second, which is ${(asked.lineBytes / 1e6).toFixed(1)} MB a second from the node. Each paint is by a browser that was never there; the tab shows ${tab.rows} rows, ${tab.cells} cells, and a tick is a second. The browsers watch 50 rows each, in eight orders and at forty places; cores are of the console's process, by the second. Script, layout and main thread are processor time of the tab's main thread.`,
].join("\n");
console.log(result);
const command = `node bench/console.ts --seconds ${seconds}`;
if (options.markdown) writeSection("The console", `${circumstances(command)}\n\n${result}`);
const kept =
  spread(paintings.map(({ rowsMs }) => rowsMs)).median < most.rowsMs &&
  spread(tab.bytes).median <= most.bytesPerSecond &&
  spread(tab.scriptMs).median <= most.scriptMsPerTick &&
  beyond < most.cores &&
  asked.streams === 1 &&
  asked.others === 0;
if (!kept) process.exitCode = 1;

function text(field: keyof (typeof paintings)[number]): string {
  return spreadText(
    paintings.map((one) => one[field]),
    0,
  );
}

async function open() {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 1_000 } });
  await context.addCookies([{ ...session, url: place.url }]);
  return context;
}

/** How much of a processor the console takes, each five seconds. */
async function cores(seconds: number): Promise<number[]> {
  const found: number[] = [];
  for (let part = 0; part < Math.ceil(seconds / 5); part++) {
    const [usedMs, atMs] = [cpuMs(place.pid), performance.now()];
    await pause(5_000);
    found.push((cpuMs(place.pid) - usedMs) / (performance.now() - atMs));
  }
  return found;
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
