import AxeBuilder from "@axe-core/playwright";
import { Consumer } from "./consumer.ts";
import { expect, test } from "./test.ts";

const widths = { desktop: 1280, phone: 320 };

test.beforeAll(async ({ system }) => {
  for (const topic of ["orders", "sessions#ephemeral"]) await system.publish(topic, '{"total": 12}');
  using consumer = new Consumer(system.tcp, "orders", "billing");
  (await consumer.next()).requeue(60_000, false);
});

function pages(node: string): readonly string[] {
  return [
    "/",
    "/topics",
    "/topics?q=nothing-like-it",
    "/topics/orders",
    "/topics/orders?tab=charts",
    "/topics/never.made",
    "/topics/orders/channels/billing",
    "/nodes",
    "/cluster",
    "/lookup",
    `/nodes/${encodeURIComponent(node)}`,
    `/nodes/${encodeURIComponent(node)}?tab=resources`,
    "/messages",
    "/messages/0000000000000001",
    "/tail",
    "/tail?topic=orders",
    "/publish?topic=orders",
  ];
}

for (const theme of ["light", "dark"] as const) {
  test(`[W17] every page passes axe, complains of nothing and fits a phone, ${theme}`, async ({
    page,
    system,
  }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme: theme });
    for (const path of pages(new URL(system.http).host)) {
      for (const [name, width] of Object.entries(widths)) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "live");
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${path} is wider than a ${name}`).toBeLessThanOrEqual(0);
        // It costs most of this test: the phone's own parts are the same on every page.
        if (name === "phone" && path !== "/") continue;
        const { violations } = await new AxeBuilder({ page }).analyze();

        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        expect(
          serious.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]),
          `${path}, ${name}`,
        ).toEqual([]);
      }
    }
  });
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

    const { violations } = await new AxeBuilder({ page }).analyze();

    expect(violations.map(({ id }) => id)).toEqual([]);
  });
});

test("[W17] a dialog passes axe too", async ({ page }) => {
  await page.goto("/topics/orders/channels/billing");
  await page.getByRole("button", { name: "Empty orders/billing" }).click();
  await expect(page.getByTestId("impact")).toContainText("1 message");

  const { violations } = await new AxeBuilder({ page }).include('[role="alertdialog"]').analyze();

  expect(violations.map(({ id }) => id)).toEqual([]);
});

test("[W17] a page can be used with the keyboard alone", async ({ page }) => {
  await page.goto("/topics");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");

  await expect(page.getByLabel("Filter topics by name")).toBeFocused();
});
