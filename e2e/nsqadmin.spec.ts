/** The console under nsqadmin's name, before a nsqlookupd and a nsqd that keep to NSQ's own API. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test as base, type Cookie, expect, type Page } from "@playwright/test";
import { Consumer } from "./consumer.ts";

interface Nsq {
  readonly signInUrl: string;
  readonly url: string;
  /** `http://address:port` of the node. */
  readonly node: string;
  readonly tcp: string;
  readonly lookup: string;
}

const bin = resolve(import.meta.dirname, "../bin");

const test = base.extend<object, { nsq: Nsq; cookies: Cookie[] }>({
  nsq: [
    // biome-ignore lint/correctness/noEmptyPattern: the fixture's shape asks for it
    async ({}, use) => {
      const dataPath = mkdtempSync(join(tmpdir(), "weir-e2e-nsq-"));
      const running: ChildProcess[] = [];
      const start = async <Ready>(program: string, ...flags: string[]): Promise<Ready> => {
        const { DATABASE_URL: _, ...env } = process.env;
        const args = [join(bin, `${program}.mjs`), "--log-level=error", ...flags];
        const child = spawn(process.execPath, args, {
          cwd: dataPath,
          env,
          stdio: ["ignore", "ignore", "inherit", "ipc"],
        });
        running.push(child);
        return (await once(child, "message"))[0] as Ready;
      };
      const any = [
        "--tcp-address=127.0.0.1:0",
        "--http-address=127.0.0.1:0",
        "--broadcast-address=127.0.0.1",
      ];
      type At = { readonly tcp: string; readonly http: string };
      const lookupd = await start<At>("nsqlookupd", ...any);
      const nsqd = await start<At>("nsqd", ...any, `--lookupd-tcp-address=${lookupd.tcp}`);
      const admin = await start<{ url: string; signInUrl: string }>(
        "nsqadmin",
        "--http-address=127.0.0.1:0",
        `--lookupd-http-address=${lookupd.http}`,
      );
      await use({
        ...admin,
        node: `http://${nsqd.http}`,
        tcp: nsqd.tcp,
        lookup: `http://${lookupd.http}`,
      });
      for (const child of running) child.kill("SIGTERM");
      await Promise.all(running.map((child) => child.exitCode ?? once(child, "exit")));
      rmSync(dataPath, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 60_000 },
  ],
  cookies: [
    async ({ browser, nsq }, use) => {
      const context = await browser.newContext();
      await (await context.newPage()).goto(nsq.signInUrl);
      await use(await context.cookies());
      await context.close();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ nsq }, use) => use(nsq.url),
  context: async ({ context, cookies }, use) => {
    await context.addCookies(cookies);
    await use(context);
  },
});

const act = (url: string, body = "") => fetch(url, { method: "POST", body });

async function headers(page: Page, table: string): Promise<string[]> {
  const found = page.getByRole("table", { name: table, exact: true }).getByRole("columnheader");
  await expect(found.first()).toBeVisible();
  return found.allTextContents();
}

test("[AD9] each page has the columns of nsqadmin's, alive, and says what is not to be had", async ({
  page,
  nsq,
}) => {
  await page.setViewportSize({ width: 1600, height: 900 });
  await act(`${nsq.node}/topic/create?topic=orders`);
  await act(`${nsq.node}/channel/create?topic=orders&channel=billing`);
  await act(`${nsq.node}/mpub?topic=orders`, "one\ntwo\nthree");
  await act(`${nsq.lookup}/topic/create?topic=nobody.has`);
  await act(`${nsq.lookup}/channel/create?topic=nobody.has&channel=waits`);
  using consumer = new Consumer(nsq.tcp, "orders", "billing");
  (await consumer.next()).finish();

  await page.goto("/topics");
  expect(await headers(page, "Topics")).toEqual(
    expect.arrayContaining([
      "Topic",
      "Waiting",
      "In store",
      "In flight",
      "Deferred",
      "Channels",
      "Consumers",
    ]),
  );
  await page.getByRole("link", { name: "orders", exact: true }).click();
  expect(await headers(page, "Channels")).toEqual(
    expect.arrayContaining([
      "Channel",
      "Waiting",
      "In memory",
      "In store",
      "In flight",
      "Deferred",
      "Requeued",
      "Timed out",
      "Messages",
      "Consumers",
    ]),
  );
  await page.getByRole("tab", { name: /^Nodes/ }).click();
  expect(await headers(page, "Nodes")).toEqual(
    expect.arrayContaining(["Node", "Waiting", "In memory", "In store", "Requeued", "Timed out", "Messages"]),
  );
  const tail = page.getByRole("button", { name: "Tail" });
  await expect(tail).toHaveAttribute("aria-disabled", "true");
  await tail.hover();
  await expect(page.getByRole("tooltip")).toContainText(/not given the cluster.s secret/);

  // nsqadmin's own address of the channel.
  await page.goto("/topics/orders/billing");
  await expect(page).toHaveURL(/\/topics\/orders\/channels\/billing$/);
  expect(await headers(page, "Clients")).toEqual(
    expect.arrayContaining([
      "Client",
      "User agent",
      "Node",
      "RDY",
      "In flight",
      "Messages",
      "Finished",
      "Requeued",
      "Connected",
    ]),
  );
  for (const name of ["Pause orders/billing", "Empty orders/billing", "Delete orders/billing"])
    await expect(page.getByRole("button", { name })).toBeVisible();

  await page.goto("/nodes");
  expect(await headers(page, "Nodes")).toEqual(
    expect.arrayContaining(["Node", "State", "Addresses", "Version", "Lookups", "Topics"]),
  );
  await expect(page.getByText("Up, figures only")).toBeVisible();
  await page.getByRole("table", { name: "Nodes" }).getByRole("link").click();
  await expect(page.getByTestId("limits")).toContainText("--node-cidr");

  await page.goto("/counter");
  await expect(page).toHaveURL(`${nsq.url}/`);
  await expect(page.getByText("3 in all").first()).toBeVisible();

  await page.goto("/messages");
  await expect(page.getByTestId("limits")).toContainText("without Postgres");
  await expect(page.getByLabel("Message id")).toBeDisabled();
});

test("[AD9] what lookups know and nobody has is listed and deleted there, and a topic is made", async ({
  page,
  nsq,
}) => {
  await act(`${nsq.lookup}/topic/create?topic=left.over`);
  await act(`${nsq.lookup}/channel/create?topic=left.over&channel=old`);
  await page.goto("/lookup");
  expect(await headers(page, "Lookups")).toEqual([
    "Lookup",
    "State",
    "Answered in",
    "Nodes",
    "Topics",
    "Last answer",
  ]);
  const left = page.getByRole("list", { name: "Topics that no node has" });
  await expect(left).toContainText("left.over");
  await page.getByRole("button", { name: "Delete left.over/old" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("textbox").first().fill("old");
  await dialog.getByRole("button", { name: /^Delete/ }).click();

  await expect(page.getByRole("list", { name: "Channels of left.over" })).toHaveCount(0);
  await page.getByLabel("New topic").fill("made.here");
  await page.getByRole("button", { name: "Create topic" }).click();
  await expect(page.getByText("Created topic made.here")).toBeVisible();
  const { topics } = (await (await fetch(`${nsq.lookup}/topics`)).json()) as { topics: string[] };
  expect(topics).toContain("made.here");
  expect(
    (await fetch(`${nsq.node}/stats?format=json&topic=made.here`).then((answer) => answer.json())).topics,
  ).not.toBe(null);
});
