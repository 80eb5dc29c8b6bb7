import type { Page } from "@playwright/test";
import { expect, figure, test } from "./test.ts";

const dialog = (page: Page) => page.getByRole("alertdialog");

async function createChannel(http: string, topic: string, channel: string): Promise<void> {
  await fetch(`${http}/topic/create?topic=${topic}`, { method: "POST" });
  await fetch(`${http}/channel/create?topic=${topic}&channel=${channel}`, { method: "POST" });
}

test("[W15] pausing asks first, begins on Cancel, and Esc leaves all as it was", async ({ page, system }) => {
  await createChannel(system.http, "orders", "billing");
  await page.goto("/topics/orders/channels/billing");

  await page.getByRole("button", { name: "Pause orders/billing" }).click();
  await expect(dialog(page)).toContainText("Consumers stay connected and get nothing");
  await expect(dialog(page).getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByRole("button", { name: "Pause orders/billing" })).toBeVisible();

  await page.getByRole("button", { name: "Pause orders/billing" }).click();
  await dialog(page).getByRole("button", { name: "Pause orders/billing" }).click();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Unpause orders/billing" }).click();
  await dialog(page).getByRole("button", { name: "Unpause orders/billing" }).click();
  await expect(page.getByRole("button", { name: "Pause orders/billing" })).toBeVisible();
});

test("[W15] emptying shows what goes, wants the name typed, and says verb and count", async ({
  page,
  system,
}) => {
  await createChannel(system.http, "invoices", "mail");
  for (const body of ["a", "b", "c"]) await system.publish("invoices", body);
  await page.goto("/topics/invoices/channels/mail");
  await expect(figure(page, "Waiting")).toHaveText("3");

  await page.getByRole("button", { name: "Empty invoices/mail" }).click();
  await expect(dialog(page).getByTestId("impact")).toContainText("3 messages: 3 waiting, 0 in flight");
  await expect(dialog(page).getByTestId("impact")).toContainText("It cannot be undone");
  const act = dialog(page).getByRole("button", { name: "Empty 3 messages" });
  await expect(act).toBeDisabled();
  await dialog(page).getByLabel("Type mail to confirm").fill("mai");
  await expect(act).toBeDisabled();
  await dialog(page).getByLabel("Type mail to confirm").fill("mail");
  await act.click();

  await expect(figure(page, "Waiting")).toHaveText("0");
});

test.describe("refused once", () => {
  // The browser reports the answer that says so.
  test.use({ expected: /status of 409/ });

  test("[W15] an impact that has changed is shown again before anything is lost", async ({
    page,
    system,
  }) => {
    await createChannel(system.http, "moving", "work");
    await system.publish("moving", "one");
    await page.goto("/topics/moving/channels/work");

    await page.getByRole("button", { name: "Empty moving/work" }).click();
    await expect(dialog(page).getByTestId("impact")).toContainText("1 message: 1 waiting");
    for (const body of ["two", "three", "four"]) await system.publish("moving", body);
    await dialog(page).getByLabel("Type work to confirm").fill("work");
    await expect(figure(page, "Waiting")).toHaveText("4");
    await dialog(page).getByRole("button", { name: "Empty 1 message" }).click();

    await expect(dialog(page).getByTestId("impact")).toContainText("It changed while you read");
    await dialog(page).getByRole("button", { name: "Empty 4 messages" }).click();
    await expect(figure(page, "Waiting")).toHaveText("0");
  });
});

test("[W15] an ephemeral name can be made, opened and deleted, and the open page says that it went", async ({
  page,
}) => {
  await page.goto("/topics");
  await page.getByText("Create a topic").click();
  await page.getByLabel("New topic").fill("spaces are bad");
  await expect(page.getByRole("button", { name: "Create topic" })).toBeDisabled();
  await page.getByLabel("New topic").fill("short.lived#ephemeral");
  await page.getByRole("button", { name: "Create topic" }).click();
  await page.getByRole("link", { name: "short.lived#ephemeral" }).click();
  await expect(page).toHaveURL(/short\.lived%23ephemeral$/);
  await page.getByLabel("New channel").fill("tmp#ephemeral");
  await page.getByRole("button", { name: "Create channel" }).click();
  await expect(page.getByRole("link", { name: "tmp#ephemeral" })).toBeVisible();

  await page.getByRole("button", { name: "Delete short.lived#ephemeral" }).click();
  await dialog(page).getByLabel("Type short.lived#ephemeral to confirm").fill("short.lived#ephemeral");
  await dialog(page).getByRole("button", { name: "Delete short.lived#ephemeral" }).click();

  await expect(page.getByText(/The topic short\.lived#ephemeral was deleted at/)).toBeVisible();
});

test("[W15] names that mean something to JavaScript are only names", async ({ page, system }) => {
  for (const name of ["__proto__", "constructor", "toString"]) await system.publish(name, "x");

  await page.goto("/topics?q=proto");
  await expect(page.getByText("1 of ", { exact: false }).first()).toBeVisible();
  await page.getByRole("link", { name: "__proto__" }).click();

  await expect(page.getByRole("heading", { name: "__proto__" })).toBeVisible();
  await expect(figure(page, "Waiting")).toHaveText("1");
});
