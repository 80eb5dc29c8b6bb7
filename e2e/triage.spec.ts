import type { Locator, Page } from "@playwright/test";
import { Consumer } from "./consumer.ts";
import { expect, test } from "./test.ts";

test.use({ systemFor: "story" });

const tabsMax = 120;

/** As somebody without a pointer gets there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let tabs = 0; tabs < tabsMax; tabs++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${tabsMax} times Tab do not lead to ${target}`);
}

test("[W17] with the keyboard alone the worst channel is found, its clients seen, a message traced, the channel paused and let go", async ({
  page,
  system,
}) => {
  using consumer = new Consumer(system.tcp, "worst", "slow");
  for (let more = 0; more < 30; more++) await system.publish("worst", `order ${more}`);
  await consumer.next();
  await page.goto("/");
  await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "live");

  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await expect(page).toHaveURL(/\/topics$/);
  await expect(page.getByRole("row", { name: /^Choose worst / })).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/topics\/worst$/);
  await tabTo(page, page.getByRole("table", { name: "Channels" }).getByRole("link", { name: "slow" }));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/channels\/slow$/);
  await expect(page.getByRole("table", { name: "Clients" })).toContainText("127.0.0.1");

  await tabTo(page, page.getByRole("tab", { name: /^Clients/ }));
  await page.keyboard.press("ArrowRight");
  const held = page.getByRole("table", { name: "In flight" });
  const message = held.getByRole("link", { name: /^[0-9a-f]{16}$/ }).first();
  await tabTo(page, message);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/messages\/[0-9a-f]{16}/);
  await expect(page.getByTestId("lanes")).toContainText("slow");

  await page.keyboard.press("Control+k");
  await page.keyboard.type("worst/slow");
  await expect(page.getByRole("dialog").getByRole("option", { name: "worst / slow" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/channels\/slow/);
  for (const [verb, next] of [
    ["Pause", "Unpause"],
    ["Unpause", "Pause"],
  ]) {
    await tabTo(page, page.getByRole("button", { name: `${verb} worst/slow` }));
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("alertdialog");
    await tabTo(page, dialog.getByRole("button", { name: `${verb} worst/slow` }));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: `${next} worst/slow` })).toBeVisible();
  }
});
