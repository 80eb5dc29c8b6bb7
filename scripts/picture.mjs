// Takes docs/console.png: a system with a few minutes of ordinary traffic, and one thing to mend.

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "@playwright/test";
import { System } from "../e2e/system.ts";
import { findBrowser } from "./browser.mjs";
import { root } from "./prepare.mjs";

const { Reader } = createRequire(import.meta.url)("nsqjs");
const seconds = Number(process.argv[2] ?? 150);
/** Topic, messages a second, its channels and how many of a hundred messages each requeues (null: nobody consumes). */
const traffic = [
  ["orders", 420, { billing: 0, shipping: 1, "fraud-check": null }],
  ["payments", 160, { ledger: 0 }],
  ["page-views", 900, { clickhouse: 0, "sessions#ephemeral": 0 }],
  ["emails", 12, { smtp: 3 }],
  ["search.index", 45, { elastic: 0 }],
  ["thumbnails", 6, { resize: 0 }],
  ["webhooks", 25, { delivery: 6 }],
  ["invoices.created", 8, { pdf: 0 }],
];

await using system = await System.start(["--mem-queue-size=2000"]);
const readers = [];
for (const [topic, , channels] of traffic) {
  await post(`/topic/create?topic=${topic}`);
  for (const [channel, requeued] of Object.entries(channels)) {
    await post(`/channel/create?topic=${topic}&channel=${encodeURIComponent(channel)}`);
    if (requeued !== null) readers.push(consume(topic, channel, requeued));
  }
}
const browser = await chromium.launch({ executablePath: await findBrowser(), args: ["--no-sandbox"] });
const context = await browser.newContext({
  viewport: { width: 1440, height: 900 },
  deviceScaleFactor: 1.5,
  colorScheme: process.argv[3] === "dark" ? "dark" : "light",
});
const page = await context.newPage();
await page.goto(system.signInUrl);

const body = JSON.stringify({ id: 184_203, customer: "c-5521", total: 129.9, lines: ["a", "b", "c"] });
mkdirSync(join(root, "docs"), { recursive: true });
let taken;
for (let second = 0; second < seconds; second++) {
  // While it goes on: rates fall to nothing soon after.
  if (second === seconds - 5) taken = page.screenshot({ path: join(root, "docs", "console.png") });
  const wave = 1 + 0.45 * Math.sin(second / 14) + 0.1 * Math.random();
  const sent = traffic.map(([topic, perSecond]) =>
    post(
      `/mpub?topic=${topic}`,
      Array(Math.ceil(perSecond * wave))
        .fill(body)
        .join("\n"),
    ),
  );
  await Promise.all([...sent, pause(1_000)]);
}
await taken;
await browser.close();
for (const reader of readers) reader.close();

async function post(path, body = "") {
  const answer = await fetch(`${system.http}${path}`, { method: "POST", body });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
}

function consume(topic, channel, requeued) {
  const reader = new Reader(topic, channel, { nsqdTCPAddresses: [system.tcp], maxInFlight: 200 });
  reader.on("message", (message) => {
    if (Math.random() * 100 < requeued && message.attempts < 3) message.requeue(2_000, false);
    else message.finish();
  });
  reader.connect();
  return reader;
}
