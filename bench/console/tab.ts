/** One tab of a real browser on the page of topics: when it shows them, and what it costs from then on. */
import { setTimeout as pause } from "node:timers/promises";
import type { BrowserContext, CDPSession } from "@playwright/test";

export interface Paint {
  /** From the start of the navigation, in ms: something, and the topics' rows. */
  readonly firstMs: number;
  readonly rowsMs: number;
}

export interface TabCost {
  /** Each second: bytes over the socket; processor time of the main thread in scripts, in layout and styles, in all. */
  readonly bytes: readonly number[];
  readonly scriptMs: readonly number[];
  readonly layoutMs: readonly number[];
  readonly taskMs: readonly number[];
  readonly rows: number;
  readonly cells: number;
}

/** Runs in the page before anything else of it. */
function lookOut(): void {
  const seen = { rows: 0 };
  Object.assign(window, { seen });
  const look = () => {
    const row = document.querySelector<HTMLElement>("tbody tr[data-index] a");
    if (row?.offsetParent) seen.rows = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Opens the page as somebody does who has never been there. */
export async function paint(context: BrowserContext, url: string): Promise<Paint> {
  const page = await context.newPage();
  await page.addInitScript(lookOut);
  await page.goto(url);
  await page.waitForFunction(() => (window as unknown as { seen: { rows: number } }).seen.rows > 0);
  const found = await page.evaluate(() => {
    const [first] = performance.getEntriesByName("first-contentful-paint");
    return {
      firstMs: first?.startTime ?? 0,
      rowsMs: (window as unknown as { seen: { rows: number } }).seen.rows,
    };
  });
  await page.close();
  return found;
}

/** Leaves the page alone for so many seconds. */
export async function watch(context: BrowserContext, url: string, seconds: number): Promise<TabCost> {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  let received = 0;
  cdp.on("Network.webSocketFrameReceived", ({ response }) => {
    received += Buffer.byteLength(response.payloadData);
  });
  await cdp.send("Network.enable");
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(url);
  await page.locator("tbody tr[data-index] a").first().waitFor();
  // What belongs to opening it is over.
  await pause(5_000);
  const cost = { bytes: [], scriptMs: [], layoutMs: [], taskMs: [] } as {
    [Key in "bytes" | "scriptMs" | "layoutMs" | "taskMs"]: number[];
  };
  let before = await metrics(cdp);
  received = 0;
  for (let second = 0; second < seconds; second++) {
    await pause(1_000);
    const now = await metrics(cdp);
    const spent = (...names: string[]) =>
      names.reduce((sum, name) => sum + (now.get(name)! - before.get(name)!) * 1_000, 0);
    cost.bytes.push(received);
    received = 0;
    cost.scriptMs.push(spent("ScriptDuration"));
    cost.layoutMs.push(spent("LayoutDuration", "RecalcStyleDuration"));
    cost.taskMs.push(spent("TaskDuration"));
    before = now;
  }
  const [rows, cells] = await page.evaluate(() => [
    document.querySelectorAll("tbody tr[data-index]").length,
    document.querySelectorAll("tbody tr[data-index] td").length,
  ]);
  await page.close();
  return { ...cost, rows: rows!, cells: cells! };
}

async function metrics(cdp: CDPSession): Promise<ReadonlyMap<string, number>> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return new Map(metrics.map(({ name, value }) => [name, value]));
}
