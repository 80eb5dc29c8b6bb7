import { join } from "node:path";
import type { BrowserContext, Cookie, Page } from "@playwright/test";
import { OwnPostgres } from "./postgres.ts";
import { System } from "./system.ts";
import { expect, overflow, test as shared } from "./test.ts";
import { bringAxe, violationsOf } from "./violations.ts";
import { pairwise } from "./walk/covering.ts";
import { Line } from "./walk/line.ts";
import { addressOf, oftenVisits, type State, states, type Visit, visits } from "./walk/pages.ts";
import { furnish, type World } from "./walk/world.ts";

/** Every page in every state it can be brought into, in both themes and languages: in pairs, or with `WALK=all` all. */
const rows = process.env["WALK"] === "all" ? visits : pairwise(oftenVisits);
const rowsOf = (state: State) => rows.filter((row) => row.state === state);
/** In one test: what is long is parted, so that two browsers are done about together. */
const visitsMax = 20;
const phoneWidth = 320;
const shiftMax = 0.05;
const pictures = join(import.meta.dirname, "../test-results/walk");

interface Furnished {
  postgres: OwnPostgres;
  /** A system that has something to show. */
  world: () => Promise<World>;
  /** By whom its viewer is known, whose link is good once. */
  viewer: () => Promise<Cookie[]>;
}

const test = shared.extend<object, Furnished>({
  postgres: [
    // biome-ignore lint/correctness/noEmptyPattern: the fixture's shape asks for it
    async ({}, use) => {
      await using postgres = await OwnPostgres.start();
      await use(postgres);
    },
    { scope: "worker" },
  ],
  system: [
    async ({ postgres }, use) => {
      const flags = ["--nodes=2", "--durable-topics=invoices", `--database-url=${postgres.url}`];
      await using system = await System.start([...flags, "--", "--lease-ttl=2s"]);
      await use(system);
    },
    { scope: "worker", timeout: 120_000 },
  ],
  world: [
    async ({ browser, cookies, system }, use) => {
      const context = await browser.newContext();
      await context.addCookies(cookies);
      let world: Promise<World> | undefined;
      // Kept as a promise: the first state has nothing yet, and a state may be walked alone.
      await use(() => (world ??= furnish(system, context.request)));
      await context.close();
    },
    { scope: "worker" },
  ],
  viewer: [
    async ({ browser, world }, use) => {
      const context = await browser.newContext();
      const signIn = async () => {
        const page = await context.newPage();
        await page.goto((await world()).viewerUrl);
        return context.cookies();
      };
      let cookies: Promise<Cookie[]> | undefined;
      await use(() => (cookies ??= signIn()));
      await context.close();
    },
    { scope: "worker" },
  ],
});

test.setTimeout(600_000);
// A trace of so many pages takes longer than they do.
test.use({ trace: "off" });

/** What is so in the page once the state has been reached. */
async function untilThere(page: Page, state: State, line: Line | null): Promise<void> {
  await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "live");
  if (state === "error") await expect(page.getByTestId("database-strip")).toBeVisible();
  if (line !== null) {
    await line.cut();
    await expect(page.getByTestId("stale-banner")).toBeVisible();
  }
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
}

async function look(page: Page, visit: Visit, address: string, line: Line | null): Promise<void> {
  const { page: id, state, theme, locale } = visit;
  const where = `${id}, ${state}, ${theme}, ${locale} (${address})`;
  await page.emulateMedia({ colorScheme: theme });
  await page.context().addCookies([{ name: "weir-locale", value: locale, url: new URL(page.url()).origin }]);
  line?.mend();
  await page.goto(address);
  await untilThere(page, state, line);
  const { lang, ...shown } = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    theme: document.documentElement.dataset["theme"],
  }));
  expect.soft(shown.theme, where).toBe(theme);
  expect.soft(lang.slice(0, 2), where).toBe(locale);

  // Rules of taste are left out: they take half of the time.
  const violations = await violationsOf(page, {
    tags: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  });
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect
    .soft(
      serious.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]),
      where,
    )
    .toEqual([]);
  const shifts = await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
  const sum = shifts.reduce((sum, { value }) => sum + value, 0);
  expect.soft(sum, `${where} shifts: ${JSON.stringify(shifts)}`).toBeLessThanOrEqual(shiftMax);
  await page.screenshot({
    path: join(pictures, state, `${id}.${theme}.${locale}.jpeg`),
    type: "jpeg",
    quality: 70,
  });

  await page.setViewportSize({ width: phoneWidth, height: 800 });
  // Charts take their new width with the next frame.
  await expect
    .configure({ soft: true })
    .poll(() => overflow(page), `${where} at ${phoneWidth}`)
    .toBe(0);
  await page.setViewportSize({ width: 1280, height: 800 });
}

interface Shift {
  readonly value: number;
  readonly of: readonly string[];
}

/** Layout shifts that nobody asked for, in a page from its beginning. */
function countShifts(): void {
  const shifts: Shift[] = [];
  Object.assign(window, { shifts });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
      sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
    })[]) {
      if (entry.hadRecentInput) continue;
      const of = entry.sources.map(({ node, previousRect: from, currentRect: to }) => {
        const html = (node as Element | null)?.outerHTML?.slice(0, 120) ?? "";
        return `${html}: ${from.y} to ${to.y}, ${from.height} to ${to.height} high`;
      });
      shifts.push({ value: entry.value, of });
    }
  });
  observer.observe({ type: "layout-shift", buffered: true });
}

/** Brings everything into the state; what it returns brings it back. */
async function enter(
  state: State,
  {
    page,
    context,
    system,
    postgres,
    viewer,
  }: {
    page: Page;
    context: BrowserContext;
    system: System;
    postgres: OwnPostgres;
    viewer: Furnished["viewer"];
  },
): Promise<() => unknown> {
  if (state === "viewer") {
    const cookies = await viewer();
    // A page of somebody else's that is still open would be refused its line.
    await page.goto("about:blank");
    await context.clearCookies();
    await context.addCookies(cookies);
    await page.goto("/");
  }
  if (state === "partial") {
    const thaw = await system.freezeNode();
    await page.goto("/");
    await expect(page.getByTestId("coverage")).toBeVisible();
    return async () => {
      thaw();
      await page.goto("/");
      await expect(page.getByTestId("coverage")).toBeHidden();
    };
  }
  if (state === "error") {
    await postgres.kill9();
    await expect(page.getByTestId("database-strip")).toBeVisible();
    return () => postgres.startAgain();
  }
  return () => undefined;
}

const complaints: Partial<Record<State, RegExp>> = {
  missing: /status of 404/,
  viewer: /status of 40[34]/,
  error: /status of 503/,
};

// Each worker has a system of its own, and makes what it shows.
test.describe.configure({ mode: "parallel" });

walk("new", rowsOf("new"));

test.describe("newcomer", () => {
  test("[W26] somebody new has a message of their own traced a few clicks after the sign-in link", async ({
    browser,
    system,
  }) => {
    test.setTimeout(60_000);
    const context = await browser.newContext();
    const page = await context.newPage();
    let clicks = 0;
    await page.exposeBinding("clicked", () => void clicks++);
    await page.addInitScript(() => {
      const { clicked } = window as unknown as { clicked: () => void };
      window.addEventListener("click", ({ isTrusted }) => isTrusted && clicked(), { capture: true });
    });

    await page.goto(await system.newLink());
    await page.getByTestId("new-system").getByRole("link").click();
    await page.getByRole("textbox", { name: "Body" }).click();
    await page.keyboard.type("hello");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(page.getByTestId("outcomes")).toContainText("OK");
    await page.getByRole("link", { name: "Trace" }).click();
    const message = page.getByRole("link", { name: /^[0-9a-f]{16}$/ }).first();
    // What happened is written down within a second or so: whoever is faster asks again.
    await expect(async () => {
      if (!(await message.isVisible())) await page.getByRole("button", { name: "Refresh" }).click();
      await expect(message).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 10_000 });
    await message.click();

    await expect(page).toHaveURL(/\/messages\/[0-9a-f]{16}$/);
    await expect(page.getByRole("main")).toContainText("Published");
    await expect(page.getByRole("main")).toContainText("test");
    expect(clicks).toBeGreaterThan(0);
    expect(clicks).toBeLessThanOrEqual(8);
    await context.close();
  });
});

for (const state of states) {
  const all = rowsOf(state);
  if (state === "new") continue;
  for (let from = 0; from < all.length; from += visitsMax)
    walk(state, all.slice(from, from + visitsMax), from);
}

function walk(state: State, here: typeof rows, from = 0): void {
  test.describe(`${state} from ${from}`, () => {
    test.use({ expected: complaints[state] ?? null });

    test(`[W17] every page there is passes axe, complains of nothing, stands still and fits a phone, ${state}, from ${from}`, async ({
      page,
      context,
      system,
      postgres,
      world,
      viewer,
    }) => {
      await page.addInitScript(countShifts);
      await bringAxe(page);
      const line = state === "disconnected" ? await Line.of(page) : null;
      await page.goto("/");
      const there = state === "new" ? nowhere : await world();
      const leave = await enter(state, { page, context, system, postgres, viewer });
      try {
        for (const visit of here) await look(page, visit, addressOf(visit, there), line);
      } finally {
        await leave();
      }
    });
  });
}

/** Before anything was made no page has an address that is made of it. */
const nowhere: World = { node: "", message: "", job: "", viewerUrl: "" };
