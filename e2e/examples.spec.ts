import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";

const script = resolve(import.meta.dirname, "../scripts/example.mjs");
const readyMsMax = 60_000;

class Started implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async of(name: string): Promise<Started> {
    const child = spawn(process.execPath, [script, name], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    const late = setTimeout(() => child.kill("SIGTERM"), readyMsMax);
    for await (const text of child.stdout!.iterator({ destroyOnReturn: false })) {
      said += text;
      if (said.includes("Ctrl-C")) break;
    }
    clearTimeout(late);
    const url = /Page +(\S+)/.exec(said)?.[1];
    if (!url) throw new Error(`the example ${name} did not start:\n${said}`);
    child.stdout!.resume();
    return new Started(child, url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    await ended;
  }
}

test.setTimeout(90_000);

test("[BC9] the order board: every page sees every order", async ({ context }) => {
  await using started = await Started.of("order-board");
  const pages = await Promise.all([context.newPage(), context.newPage()]);
  for (const page of pages) await page.goto(started.url);
  for (const page of pages) await expect(page.locator("#state")).toHaveText("consuming");

  const newest = (page: Page) =>
    page.locator("li").evaluateAll((all) => all.map((one) => (one as HTMLLIElement).value));

  await expect(async () => {
    const [one, other] = (await Promise.all(pages.map(newest))) as [number[], number[]];
    expect(one.filter((number) => other.includes(number)).length).toBeGreaterThan(2);
  }).toPass();
});

test("[BC9] the kitchens: a dish is in one of them, and goes to the other when its tab is closed", async ({
  context,
}) => {
  await using started = await Started.of("kitchen");
  const [one, other] = await Promise.all([context.newPage(), context.newPage()]);
  for (const page of [one, other]) await page.goto(started.url);
  for (const page of [one, other]) await expect(page.locator("article").first()).toBeVisible();
  const dishes = (page: Page) => page.locator("article p").allTextContents();

  const held = await dishes(one);
  expect((await dishes(other)).filter((dish) => held.includes(dish))).toEqual([]);
  await one.close();

  await expect(async () => {
    const buttons = other.getByRole("button", { name: "Done" });
    const there = await dishes(other);
    if (!there.includes(held[0]!)) await buttons.first().click();
    expect(there).toContain(held[0]);
  }).toPass();
});

test("[BC9] the support desk: a ticket is one agent's, and passed on it is another's", async ({
  context,
}) => {
  await using started = await Started.of("support-desk");
  const [one, other] = await Promise.all([context.newPage(), context.newPage()]);
  await one.goto(started.url);
  await expect(one.locator("#ticket")).toContainText("asks:");
  const ticket = await one.locator("#ticket").textContent();
  await other.goto(started.url);
  await expect(other.locator("#ticket")).toContainText("asks:");
  expect(await other.locator("#ticket").textContent()).not.toBe("");

  await one.getByRole("button", { name: "Solved" }).click();
  await expect(one.locator("#solved")).toHaveText("1");
  await expect(one.locator("#ticket")).not.toHaveText(ticket!);

  await other.getByLabel("Open a ticket").fill("Is <b>this</b> text?");
  await other.getByRole("button", { name: "Ask" }).click();
  await expect(other.locator("#asked")).toHaveText("It is in the queue.");
});
