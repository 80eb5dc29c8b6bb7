import { Consumer } from "./consumer.ts";
import { expect, test } from "./test.ts";
import { violationsOf } from "./violations.ts";

test.beforeAll(async ({ system }) => {
  for (const topic of ["orders", "sessions#ephemeral"]) await system.publish(topic, '{"total": 12}');
  using consumer = new Consumer(system.tcp, "orders", "billing");
  (await consumer.next()).requeue(60_000, false);
});

for (const theme of ["light", "dark"] as const) {
  for (const locale of ["en", "zh"]) {
    test(`[W17] the sign-in page passes axe and fits a phone, ${theme}, ${locale}`, async ({
      browser,
      system,
    }) => {
      const context = await browser.newContext({
        ...{ baseURL: system.url, colorScheme: theme, locale, viewport: { width: 320, height: 800 } },
      });
      const page = await context.newPage();
      await page.goto("/signin");
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      const { lang, overflow } = await page.evaluate(() => ({
        lang: document.documentElement.lang,
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      }));

      const violations = await violationsOf(page);

      expect(violations.map(({ id }) => id)).toEqual([]);
      expect(lang.slice(0, 2)).toBe(locale);
      expect(overflow).toBeLessThanOrEqual(0);
      await context.close();
    });
  }
}

test("[W17] the theme is chosen before the first paint and stays chosen", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/");
  const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
  expect(await theme()).toBe("light");

  await page.getByRole("button", { name: /^Theme: system/ }).click();
  await page.getByRole("button", { name: /^Theme: light/ }).click();
  await page.reload({ waitUntil: "commit" });

  await expect.poll(theme).toBe("dark");
});

test.describe("no such page", () => {
  // The browser reports the answer that says so.
  test.use({ expected: /status of 404/ });

  test("[W17] an address that leads nowhere says so, and passes axe", async ({ page }) => {
    await page.goto("/no/such/page");
    await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();

    const violations = await violationsOf(page);

    expect(violations.map(({ id }) => id)).toEqual([]);
  });
});

test("[W17] a dialog passes axe too", async ({ page }) => {
  await page.goto("/topics/orders/channels/billing");
  await page.getByRole("button", { name: "Empty orders/billing" }).click();
  await expect(page.getByTestId("impact")).toContainText("1 message");

  const violations = await violationsOf(page, { within: '[role="alertdialog"]' });

  expect(violations.map(({ id }) => id)).toEqual([]);
});

test("[W17] a page can be used with the keyboard alone", async ({ page }) => {
  await page.goto("/topics");
  // A page that comes alive under the keys may take the focus with it.
  await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "live");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");

  await expect(page.getByLabel("Filter topics by name")).toBeFocused();
});
