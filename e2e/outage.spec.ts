import type { Page } from "@playwright/test";
import { OwnPostgres } from "./postgres.ts";
import { System } from "./system.ts";
import { test as base, expect, fact, figure } from "./test.ts";

const test = base.extend<object, { postgres: OwnPostgres }>({
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
      await using system = await System.start([`--database-url=${postgres.url}`]);
      await use(system);
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

// What the browser says when it cannot reach the console, or when that waits for Postgres.
test.use({ expected: /WebSocket connection|net::ERR_(CONNECTION|EMPTY)_|status of 503/ });

/** So soon after something was killed the page says so. */
const saidWithin = { timeout: 3_000 };

test("[W18] Postgres dies: the page says so and for how long, memory goes on, and its return is said", async ({
  context,
  page,
  postgres,
  system,
}) => {
  await system.publish("orders", "before");
  await page.goto("/cluster");
  const connections = fact(page, "Connections");
  await expect(connections).toHaveText(/\d+ of \d+/);
  const strip = page.getByTestId("database-strip");
  await expect(strip).toBeHidden();

  await postgres.kill9();
  await expect(strip).toContainText(/Postgres has been away for \d+ s/, saidWithin);
  await expect(connections).toHaveCSS("opacity", "0.6");
  await expect(connections).toHaveText(/\d+ of \d+/);
  const beside = await context.newPage();
  await beside.goto(`${system.url}/topics/orders`);
  await expect(figure(beside, "Waiting")).toHaveText("1");
  await system.publish("orders", "meanwhile");
  await expect(figure(beside, "Waiting")).toHaveText("2");
  const awaySeconds = async (one: Page) =>
    Number(/away for (\d+) s/.exec((await one.getByTestId("database-strip").textContent()) ?? "")?.[1]);
  const before = await awaySeconds(page);
  await expect.poll(() => awaySeconds(beside)).toBeGreaterThan(before + 1);

  await postgres.startAgain();
  await expect(strip).toContainText(/Postgres is back since .* It was away for \d+ s/, { timeout: 15_000 });
  await expect(connections).toHaveCSS("opacity", "1");
  await system.publish("orders", "after");
  await expect(figure(beside, "Waiting")).toHaveText("3");
});

for (const [what, topic, harm, noticed] of [
  ["is killed", "mute", (system: System) => system.killNode(), saidWithin],
  // It is silent only once nothing was heard of it for three seconds.
  ["stands still", "silent", (system: System) => system.freezeNode(), { timeout: 5_000 }],
] as const) {
  test(`[W22] a node ${what}: within seconds its figures are marked as the last ones, and come alive again`, async ({
    page,
    system,
  }) => {
    await system.publish(topic, "x");
    await page.goto("/");
    const row = page.getByRole("row", { name: new RegExp(`^${topic} `) });
    await expect(row).toBeVisible();
    const waiting = await figure(page, "Waiting").textContent();

    const letItComeBack = await harm(system);
    const note = page.getByTestId("coverage");
    await expect(note).toContainText(
      /No node answers\. These are the last figures, from \d\d:\d\d:\d\d/,
      noticed,
    );
    await expect(note).toContainText(/last heard \d+ s ago/);
    await expect(figure(page, "Waiting")).toHaveText(waiting!);
    await expect(figure(page, "Waiting")).toHaveCSS("opacity", "0.6");
    await expect(figure(page, "In")).toHaveText("—");
    await expect(row).toHaveAttribute("data-stale", "true");
    await expect(page.getByRole("list", { name: "Problems" })).toContainText(
      /no answer, last heard \d+ s ago/,
    );

    letItComeBack();
    await expect(note).toBeHidden();
    await expect(figure(page, "In")).toHaveText("0");
    await expect(figure(page, "Waiting")).toHaveCSS("opacity", "1");
    await expect(row.and(page.locator("[data-stale]"))).toBeHidden();
  });
}

test("[W19] the console dies: old numbers are marked as old, nothing can be changed, and it comes back by itself", async ({
  page,
  system,
}) => {
  await system.publish("invoices", "x");
  await page.goto("/topics/invoices");
  const pill = page.getByTestId("live-pill");
  await expect(pill).toHaveAttribute("data-state", "live");
  await expect(figure(page, "Waiting")).toHaveText("1");

  const letItComeBack = await system.killConsole();
  const banner = page.getByTestId("stale-banner");
  await expect(banner).toContainText(/Data from \d\d:\d\d:\d\d \(.* old\)\. Reconnecting/, saidWithin);
  await expect(figure(page, "Waiting")).toHaveText("1");
  await expect(figure(page, "Waiting")).toHaveCSS("opacity", "0.6");
  await expect(page).toHaveTitle(/^✕ invoices/);
  const empty = page.getByRole("button", { name: "Empty invoices" });
  await empty.hover({ force: true });
  await expect(page.getByRole("tooltip")).toContainText("What this page shows is old");
  await empty.click({ force: true });
  await expect(page.getByRole("alertdialog")).toBeHidden();

  letItComeBack();
  await expect(pill).toHaveAttribute("data-state", "live", { timeout: 40_000 });
  await expect(banner).toBeHidden();
  await expect(figure(page, "Waiting")).toHaveCSS("opacity", "1");
  await system.publish("invoices", "y");
  await expect(figure(page, "Waiting")).toHaveText("2");
});

test.describe("pages", () => {
  // What the page fetched ahead of clicks is broken off, or refused, which the browser complains of.
  test.use({ expected: /status of 503|net::ERR_INCOMPLETE_CHUNKED_ENCODING/ });

  test("[W27] what renders pages dies: what is open goes on, and the next page says that it waits and comes by itself", async ({
    page,
    system,
  }) => {
    await system.publish("rendered", "x");
    await page.goto("/topics/rendered");
    await expect(figure(page, "Waiting")).toHaveText("1");
    const next = await page.context().newPage();

    await system.killPages();
    await next.goto(`${system.url}/topics`);
    await expect(next.getByRole("heading", { name: /^(Starting|Topics)$/ })).toBeVisible(saidWithin);
    await system.publish("rendered", "y");
    await expect(figure(page, "Waiting")).toHaveText("2");
    await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "live");

    await expect(next.getByRole("heading", { name: "Topics", exact: true }).first()).toBeVisible({
      timeout: 20_000,
    });
    await expect(next.getByRole("table", { name: "Topics" })).toContainText("rendered");
  });
});

test("[W20] a console that starts while Postgres is away says that it waits, and signs its pages in when that is back", async ({
  context,
  page,
  postgres,
  system,
}) => {
  await system.publish("emails", "x");
  await page.goto("/topics/emails");
  await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "live");
  const other = await context.newPage();

  await postgres.kill9();
  const letItComeBack = await system.killConsole();
  letItComeBack();
  const banner = page.getByTestId("stale-banner");
  await expect(banner).toContainText("You are signed in again as soon as Postgres answers", {
    timeout: 20_000,
  });
  await expect(page.getByRole("alertdialog")).toBeHidden();
  await other.goto(`${system.url}/topics/emails`);
  await expect(other.getByRole("heading", { name: "Waiting for Postgres" })).toBeVisible();

  await postgres.startAgain();
  await expect(other.getByRole("heading", { name: "emails" })).toBeVisible({ timeout: 20_000 });
  await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "live", { timeout: 20_000 });
  await expect(banner).toBeHidden();
});
