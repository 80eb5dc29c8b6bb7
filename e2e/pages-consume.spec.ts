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
  const finished = new Map<number, number>();
  const late: string[] = [];
  await context.exposeBinding("finished", (_, number: number) => {
    finished.set(number, (finished.get(number) ?? 0) + 1);
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
    .poll(() => finished.size, { timeout: 60_000 + messages * 10, message: "every message is finished" })
    .toBe(messages);
  expect(late).toEqual([]);
  await expect
    .poll(async () => (await channelOf(system.http)).in_flight_count + (await channelOf(system.http)).depth)
    .toBe(0);
  // What was finished twice was delivered twice: the node has counted why, as a requeue or a timeout.
  const { requeue_count: requeues, timeout_count: timeouts } = await channelOf(system.http);
  const twice = [...finished.values()].reduce((sum, times) => sum + times - 1, 0);
  expect(twice).toBeLessThanOrEqual(requeues + timeouts);
  if (isLong)
    console.log(
      `${messages} messages finished in ${Math.round((performance.now() - beganMs) / 1_000)} s, harmed ${acts} times: ${requeues} requeued, ${timeouts} timed out, ${twice} finished twice, ${gaps} gaps told, ${site.tokens()} tokens`,
    );
  site.close();
});

async function channelOf(http: string) {
  const answer = await fetch(`${http}/stats?format=json&topic=${topic}`);
  const { topics } = (await answer.json()) as {
    topics: {
      channels: { depth: number; in_flight_count: number; requeue_count: number; timeout_count: number }[];
    }[];
  };
  return topics[0]!.channels[0]!;
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
