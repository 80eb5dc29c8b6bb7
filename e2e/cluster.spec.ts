import type { Page } from "@playwright/test";
import { Consumer } from "./consumer.ts";
import { System } from "./system.ts";
import { expect, test as shared } from "./test.ts";

const test = shared.extend({
  system: [
    // biome-ignore lint/correctness/noEmptyPattern: the fixture's shape asks for it
    async ({}, use) => {
      await using system = await System.start([
        "--nodes=2",
        "--durable-topics=invoices",
        "--",
        "--lease-ttl=2s",
      ]);
      await use(system);
    },
    { scope: "worker", timeout: 120_000 },
  ],
});
test.use({ systemFor: "cluster" });

const dialog = (page: Page) => page.getByRole("alertdialog");
const row = (page: Page, node: string) => page.getByRole("row").filter({ hasText: node });
const host = (url: string) => new URL(url).host;

test("[W25] a topic's class stands by its name, and is changed on its page by name and reason", async ({
  page,
  system,
}) => {
  await system.publish("orders", "before");
  await page.goto("/topics/orders");
  await expect(page.getByText("Memory first: overflow goes to the store")).toBeVisible();

  await page.getByRole("button", { name: "Make orders durable" }).click();
  await expect(dialog(page)).toContainText("a publish is answered when Postgres has it");
  await expect(dialog(page).getByTestId("impact")).toContainText("Nothing is discarded");
  const act = dialog(page).getByRole("button", { name: "Make orders durable" });
  await dialog(page).getByLabel("Type orders to confirm").fill("orders");
  await expect(act).toBeDisabled();
  await dialog(page).getByLabel("Reason (kept in the operators' log)").fill("they are paid for");
  await act.click();

  await expect(page.getByText("Durable: committed to Postgres before OK")).toBeVisible();
  await system.publish("orders", "after");
  await page.getByRole("link", { name: "Topics", exact: true }).first().click();
  await page.getByRole("button", { name: /^Durable/ }).click();
  await expect(page).toHaveURL(/state=durable/);
  await expect(page.getByRole("row").filter({ hasText: "orders" })).toContainText("Durable");

  await page.getByRole("link", { name: "orders", exact: true }).click();
  await page.getByRole("button", { name: "Keep orders in memory" }).click();
  await dialog(page).getByLabel("Type orders to confirm").fill("orders");
  await dialog(page).getByLabel("Reason (kept in the operators' log)").fill("not any more");
  await dialog(page).getByRole("button", { name: "Keep orders in memory" }).click();
  await expect(page.getByText("Memory first: overflow goes to the store")).toBeVisible();
});

test("[W23] Postgres's word on durable topics, and each node's lease, are on the cluster's page and move", async ({
  page,
  system,
}) => {
  await system.publish("invoices", "1");
  await page.goto("/cluster");

  await expect(page.getByTestId("postgres-verdict")).toHaveText(
    "No synchronous standby: an acknowledged message can be lost if Postgres's machine dies",
  );
  await expect(page.getByText("OK means on Postgres's disk", { exact: false })).toBeVisible();
  for (const { http } of system.nodes) {
    await expect(row(page, host(http))).toContainText("Held");
    await expect(row(page, host(http))).toContainText("Up");
  }
  const renewal = row(page, host(system.http)).getByRole("cell").nth(4);
  const before = await renewal.textContent();
  await expect(renewal).not.toHaveText(before!);
});

test("[W23] a node that stands still is taken over from while one looks, and comes back in another epoch", async ({
  page,
  system,
}) => {
  await fetch(`${system.http}/channel/create?topic=invoices&channel=mail`, { method: "POST" });
  await system.publish("invoices", "2");
  await page.goto("/cluster");
  await expect(row(page, host(system.http))).toContainText("Held");

  const wake = await system.freezeNode();
  const taken = page.getByRole("list", { name: "Taken over" });
  await expect(taken).toContainText("Done", { timeout: 20_000 });
  await expect(taken).toContainText(host(system.nodes[1]!.http));
  await expect(taken).toContainText(
    /deliverable after [\d.]+ m?s \(taken in [\d.]+ m?s, read in [\d.]+ m?s\)/,
  );
  using consumer = new Consumer(system.nodes[1]!.tcp, "invoices", "mail");
  (await consumer.next()).finish();

  wake();
  await expect(row(page, host(system.http))).toContainText("Held", { timeout: 20_000 });
});

test("[W24] a node is drained by name and reason, one sees how far it is, and another has what it had", async ({
  page,
  system,
}) => {
  const [first, second] = system.nodes as [(typeof system.nodes)[0], (typeof system.nodes)[0]];
  const name = host(second.http);
  await fetch(`${second.http}/channel/create?topic=invoices&channel=archive`, { method: "POST" });
  for (const body of ["one", "two", "three"])
    await fetch(`${second.http}/pub?topic=invoices`, { method: "POST", body });
  await page.goto("/cluster");

  await page.getByRole("button", { name: `Drain ${name}` }).click();
  const act = dialog(page).getByRole("button", { name: `Drain ${name}` });
  await dialog(page).getByLabel(`Type ${name} to confirm`).fill(name);
  await expect(act).toBeDisabled();
  await dialog(page).getByLabel("Reason (kept in the operators' log)").fill("a new disk");
  await act.click();

  await expect(page.getByRole("progressbar", { name: `Drain of ${name}` })).toBeVisible({ timeout: 20_000 });
  const taken = page.getByRole("list", { name: "Taken over" }).getByRole("listitem").first();
  await expect(taken).toContainText(new RegExp(`${host(first.http)}\\s*from\\s*${name}`), {
    timeout: 30_000,
  });
  using consumer = new Consumer(first.tcp, "invoices", "archive");
  const bodies = new Set<string>();
  while (bodies.size < 3) {
    const message = await consumer.next();
    bodies.add(message.body.toString());
    message.finish();
  }
  expect([...bodies].sort()).toEqual(["one", "three", "two"]);
});
