import { test as base, type Cookie, expect, type Page } from "@playwright/test";
import { System } from "./system.ts";

interface Worker {
  /** A file that gives a name of its own gets a system of its own; the others share one. */
  systemFor: string;
  /** One system for a file. */
  system: System;
  cookies: Cookie[];
}

interface Each {
  /** Signed in; a complaint in its console fails the test. */
  page: Page;
  /** What the browser may complain of, because the test is about it. */
  expected: RegExp | null;
}

export const test = base.extend<Each, Worker>({
  systemFor: ["everybody", { option: true, scope: "worker" }],

  system: [
    // biome-ignore lint/correctness/noEmptyPattern: the fixture's shape asks for it
    async ({}, use) => {
      await using system = await System.start();
      await use(system);
    },
    { scope: "worker", timeout: 120_000 },
  ],

  cookies: [
    async ({ browser, system }, use) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(system.signInUrl);
      await use(await context.cookies());
      await context.close();
    },
    { scope: "worker" },
  ],

  baseURL: async ({ system }, use) => use(system.url),

  expected: [null, { option: true }],

  page: async ({ page, context, cookies, expected }, use) => {
    await context.addCookies(cookies);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !expected?.test(text))
        complaints.push(`${text} (${message.location().url})`);
    });
    await use(page);
    expect(complaints, "complaints in the browser's console").toEqual([]);
  },
});

export { expect };

/** A figure of a page's strip of figures, by its name. */
export function figure(page: Page, name: string) {
  return page
    .locator("dl > div")
    .filter({ has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) })
    .locator("[data-number]");
}

/** What stands beside a name in a list of facts. */
export function fact(page: Page, name: string) {
  return page
    .locator("dl > div")
    .filter({ has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) })
    .locator("dd");
}

/** By how many pixels the page is too wide for its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() =>
    Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
  );
}
