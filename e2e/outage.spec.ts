import { expect, figure, test } from "./test.ts";

test.use({ outage: true });

test("[W18] Postgres dies: the page says so and for how long, memory goes on, and its return is said", async ({
  page,
  system,
}) => {
  await system.publish("orders", "before");
  await page.goto("/topics/orders");
  await expect(figure(page, "Waiting")).toHaveText("1");
  const strip = page.getByTestId("database-strip");
  await expect(strip).toBeHidden();

  system.killPostgres();
  await expect(strip).toHaveAttribute("data-outage", /away|back/);
  await system.publish("orders", "meanwhile");
  await expect(figure(page, "Waiting")).toHaveText("2");

  await expect(strip).toHaveAttribute("data-outage", "back", { timeout: 30_000 });
  await expect(strip).toContainText(/Postgres is back since .* It was away for/);
});

test("[W19] the console dies: old numbers are marked as old, nothing can be changed, and it comes back by itself", async ({
  page,
  system,
}) => {
  await system.publish("orders", "x");
  await page.goto("/topics/orders");
  const pill = page.getByTestId("live-pill");
  await expect(pill).toHaveAttribute("data-state", "live");

  system.killConsole();
  const banner = page.getByTestId("stale-banner");
  await expect(banner).toContainText(/Data from \d\d:\d\d:\d\d \(.* old\)\. Reconnecting/);
  await expect(page.locator("[data-stale]").first()).toBeVisible();
  await expect(page).toHaveTitle(/^✕ orders/);
  await page.getByRole("button", { name: "Empty orders" }).click({ force: true });
  await expect(page.getByRole("alertdialog")).toBeHidden();

  await expect(pill).toHaveAttribute("data-state", "live", { timeout: 40_000 });
  await expect(banner).toBeHidden();
  await system.publish("orders", "y");
  await expect(figure(page, "Published")).toBeVisible();
});
