import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { BrowserContext, Page } from "@playwright/test";
import { rolldown } from "rolldown";
import { expect, test } from "./test.ts";

/**
 * Pages of somebody's own origin that compete on a channel while tabs are closed, reloaded, cut off, slowed and frozen,
 * with tokens that end soon. A short version; `npm run pages` is the long one, in which harm comes at random for as
 * long as is published.
 */
const isLong = process.env["PAGES"] === "long";
const [messages, publishMs] = isLong ? [10_000, 120_000] : [1_000, 0];
const [tokenSeconds, offlineMs] = isLong ? [30, 20_000] : [6, 4_000];
const holdMsMost = isLong ? 400 : 0;
const batch = 100;
const topic = "competed";

test.use({ systemFor: "pages that consume" });
test.setTimeout(150_000 + messages * 30);

test("[BC10] three tabs that come and go finish every message, and each second delivery has its reason", async ({
  system,
  context,
  page,
}) => {
  await page.goto("/");
  const site = await openSite(system.url, context);
  /** Of each id its number, and how often a page got it. Told before it is answered: that of a closed tab is, too. */
  const delivered = new Map<string, { number: number; times: number }>();
  const late: string[] = [];
  await context.exposeBinding("delivered", (_, id: string, number: number) => {
    delivered.set(id, { number, times: (delivered.get(id)?.times ?? 0) + 1 });
  });
  let gaps = 0;
  await context.exposeBinding("gap", () => void gaps++);
  await context.exposeBinding("deliveredAfterEnd", (_, text: string) => void late.push(text));

  const tabs: Page[] = [];
  const open = async () => {
    const tab = await context.newPage();
    await tab.goto(site.url);
    tabs.push(tab);
  };
  for (let at = 0; at < 3; at++) await open();

  const harm = [
    async () => {
      await tabs.shift()!.close();
      await open();
    },
    async () => void (await tabs[0]!.reload()),
    async () => {
      const session = await context.newCDPSession(tabs[1]!);
      const offline = (is: boolean) =>
        session.send("Network.emulateNetworkConditions", {
          ...{ offline: is, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
        });
      await offline(true);
      await tabs[0]!.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), offlineMs);
      await offline(false);
    },
    async () => {
      const session = await context.newCDPSession(tabs[2]!);
      await session.send("Emulation.setCPUThrottlingRate", { rate: 20 });
      await tabs[0]!.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), offlineMs / 2);
      await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    },
  ];
  const freeze = async () => {
    const session = await context.newCDPSession(tabs[1]!);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    await tabs[0]!.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), offlineMs / 2);
    await session.send("Page.setWebLifecycleState", { state: "active" });
  };
  let isPublished = false;
  let acts = 0;
  const publishing = (async () => {
    for (let number = 0; number < messages; number += batch) {
      const bodies = Array.from({ length: Math.min(batch, messages - number) }, (_, at) =>
        String(number + at),
      );
      const answer = await fetch(`${system.http}/mpub?topic=${topic}`, {
        method: "POST",
        body: bodies.join("\n"),
      });
      expect(answer.ok).toBe(true);
      await pause((publishMs * batch) / messages);
    }
    isPublished = true;
  })();
  const beganMs = performance.now();
  if (isLong) {
    harm.push(freeze);
    for (let at = 0; at < harm.length || !isPublished; at++) {
      if (at % harm.length === 0) harm.sort(() => Math.random() - 0.5);
      await harm[at % harm.length]!();
      acts++;
    }
  } else for (const act of harm) await act();
  await publishing;

  await expect
    .poll(
      async () => {
        const { depth, in_flight_count, message_count } = await channelOf(system.http);
        return { left: depth + in_flight_count, message_count };
      },
      { timeout: 60_000 + messages * 10, message: "the channel has handed out every message" },
    )
    .toEqual({ left: 0, message_count: messages });
  expect(late).toEqual([]);
  // What a page hears of its answer may be lost with its line; the node has written down what became of each message.
  const events = await untilFinished(system.url, context);
  const numbers = new Set([...delivered.values()].map(({ number }) => number));
  expect(numbers.size).toBe(messages);
  expect([...delivered.keys()].filter((id) => !events.finished.has(id))).toEqual([]);
  const unexplained = [...delivered].filter(([id, { times }]) => times > 1 + (events.returned.get(id) ?? 0));
  expect(unexplained).toEqual([]);
  const twice = [...delivered.values()].filter(({ times }) => times > 1).length;
  if (isLong)
    console.log(
      `${messages} messages finished in ${Math.round((performance.now() - beganMs) / 1_000)} s, harmed ${acts} times: ${events.returned.size} given back, ${twice} seen twice, ${gaps} gaps told, ${site.tokens()} tokens`,
    );
  site.close();
});

async function channelOf(http: string) {
  const answer = await fetch(`${http}/stats?format=json&topic=${topic}`);
  const { topics } = (await answer.json()) as {
    topics: { channels: { depth: number; in_flight_count: number; message_count: number }[] }[];
  };
  return topics[0]!.channels[0]!;
}

/** From the audit, when it has every end: ids that were finished, and how often others were requeued or timed out. */
async function untilFinished(consoleUrl: string, context: BrowserContext) {
  const finished = new Set<string>();
  const returned = new Map<string, number>();
  await expect
    .poll(
      async () => {
        finished.clear();
        returned.clear();
        for (const { kind, id, count } of await eventsOf(consoleUrl, context))
          for (const each of idsOf(id, count))
            if (kind === "finish") finished.add(each);
            else returned.set(each, (returned.get(each) ?? 0) + 1);
        return finished.size;
      },
      { timeout: 15_000, message: "the audit has every FIN" },
    )
    .toBe(messages);
  return { finished, returned };
}

async function eventsOf(consoleUrl: string, context: BrowserContext) {
  const query = new URLSearchParams({ topic, channel: "tabs", event: "FIN,REQ,TIMEOUT", format: "ndjson" });
  const answer = await context.request.get(`${consoleUrl}/api/v1/events/file?${query}`);
  expect(answer.ok()).toBe(true);
  const lines = (await answer.text()).trimEnd().split("\n");
  return lines.filter(Boolean).map((line) => JSON.parse(line) as { kind: string; id: string; count: number });
}

/** Of a run: its messages follow each other in one log. */
function idsOf(first: string, count: number): string[] {
  const seq = Number.parseInt(first.slice(8), 16);
  return Array.from(
    { length: count },
    (_, at) => first.slice(0, 8) + (seq + at).toString(16).padStart(8, "0"),
  );
}

/** A page at an origin of its own, and the backend that gets it tokens with a session of the console's. */
async function openSite(consoleUrl: string, context: BrowserContext) {
  const cookies = await context.cookies(consoleUrl);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const bundled = await rolldown({ input: resolve(import.meta.dirname, "pages-consume/page.ts") });
  const { output } = await bundled.generate({ format: "esm", minify: true });
  let url = "";
  let tokens = 0;
  const server = createServer(async (request, response) => {
    if (request.url === "/page.js") response.setHeader("content-type", "text/javascript").end(output[0].code);
    else if (request.url === "/token") {
      tokens++;
      const answer = await fetch(`${consoleUrl}/api/v1/consume/tokens`, {
        method: "POST",
        headers: { cookie, origin: consoleUrl, "content-type": "application/json" },
        body: JSON.stringify({ topics: [topic], origins: [url], expiresInS: tokenSeconds }),
      });
      response.writeHead(answer.status).end(((await answer.json()) as { token: string }).token);
    } else
      response
        .setHeader("content-type", "text/html")
        .end(
          `<!doctype html><title>page</title><body data-console="${consoleUrl}" data-hold-ms="${holdMsMost}"><script type=module src=/page.js></script>`,
        );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, tokens: () => tokens, close: () => server.close() };
}
