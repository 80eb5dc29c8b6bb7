import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import type { Page } from "@playwright/test";
import { identify } from "../server/testing/commands.ts";
import type { System } from "./system.ts";
import { expect, overflow, test } from "./test.ts";

const attack = `<img src=x onerror="window.attacked=1">`;
const bodies = [
  attack,
  `"><script>window.attacked=1</script>`,
  "javascript:window.attacked=1",
  `{"__proto__":{"polluted":true}}`,
  "\u202Egnihtemos\u2066 \u0000\u0007\uFFFE",
  "\uD83D\uDE00".repeat(400),
  "w".repeat(3_000),
  "\n\n\n\t{",
];
const longest = "x".repeat(64);
const names = ["__proto__", "constructor", "..", longest, `${"y".repeat(54)}#ephemeral`];

/** A consumer that says of itself what it likes, and holds a message. */
async function hostileConsumer(system: System, topic: string, channel: string): Promise<Disposable> {
  const [host, port] = system.tcp.split(":");
  const socket = connect(Number(port), host);
  const mine = {
    client_id: attack,
    hostname: `\u202E${"h".repeat(200)}`,
    user_agent: `javascript:${attack}`,
  };
  socket.write(Buffer.concat([Buffer.from("  V2"), identify(mine)]));
  socket.write(`SUB ${topic} ${channel}\nRDY 1\n`);
  // The second frame is the answer to SUB.
  let bytes = 0;
  await new Promise<void>((resolve, reject) => {
    socket.on("data", (data) => {
      bytes += data.length;
      if (bytes >= 20) resolve();
    });
    socket.once("close", () => reject(new Error("the consumer was refused")));
  });
  return { [Symbol.dispose]: () => void socket.destroy() };
}

test("[W21] whatever names, bodies and clients say is text: nothing runs, nothing breaks out of its place", async ({
  page,
  system,
}) => {
  test.setTimeout(120_000);
  for (const name of names) {
    const query = `topic=${encodeURIComponent(name)}`;
    await fetch(`${system.http}/topic/create?${query}`, { method: "POST" });
    await fetch(`${system.http}/channel/create?${query}&channel=${encodeURIComponent(name)}`, {
      method: "POST",
    });
    for (const body of bodies) await system.publish(name, body);
  }
  using _ = await hostileConsumer(system, longest, longest);
  const { unharmed, unharmedAtBoth } = watchOver(page);

  await page.goto("/topics");
  for (const name of names) await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
  await unharmedAtBoth("topics");
  for (const name of names) {
    await page.goto("/topics");
    await page.getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
    await unharmedAtBoth(name);
    await page.getByRole("table", { name: "Channels" }).getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("heading", { name: `${name}/${name}` })).toBeVisible();
    await unharmedAtBoth(`channel of ${name}`);
    if (name === longest) await expect(page.getByRole("table", { name: "Clients" })).toContainText(attack);
  }

  await page.goto(`/tail?topic=${longest}`);
  await expect(page.getByTestId("tail-waiting")).toContainText("Listening");
  for (const body of bodies) await system.publish(longest, body);
  const rows = page.getByTestId("tail-rows");
  await expect(rows).toContainText(attack);
  await unharmed("the tail");
  await rows.getByRole("button").first().click();
  await unharmed("an open message");
  await rows.getByRole("link", { name: /^Trace/ }).click();
  await expect(page.getByTestId("lanes")).toContainText(longest);
  await unharmed("the trace");
  for (const path of [
    "/",
    "/nodes",
    `/publish?topic=${encodeURIComponent(attack)}`,
    "/messages/%3Cscript%3E",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await unharmed(path);
  }
  for (const address of ["/topics/%00", "/topics/a%2fb", "/topics/%3Cimg%20src=x%20onerror=attacked=1%3E"]) {
    await page.goto(address);
    await expect(page.getByRole("alert").or(page.getByRole("heading")).first()).toBeVisible();
    expect(await page.evaluate(() => "attacked" in window)).toBe(false);
  }
});

test("[W21] so is what people type for others to read: reasons, and names of tokens, rules, webhooks and people", async ({
  page,
  system,
}) => {
  const { unharmed, unharmedAtBoth } = watchOver(page);
  const post = async (path: string, data: object) => {
    const answer = await page.request.post(`/api/v1/${path}`, { data, headers: { origin: system.url } });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  };
  for (const path of ["topic/create?topic=plain", "channel/create?topic=plain&channel=plain"])
    await fetch(`${system.http}/${path}`, { method: "POST" });
  const job = randomUUID();
  const formula = `=HYPERLINK("javascript:alert(1)","${attack}")`;
  const everything = { topics: ["*"], channels: ["*"] };
  await expect(() =>
    post("jobs", {
      ...{ id: job, kind: "requeue", topic: "plain", channel: "plain", confirm: { name: "plain" } },
      reason: `\u202E${attack}${"w".repeat(600)}`,
    }),
  ).toPass({ timeout: 10_000 });
  await post("actions", { action: "pause-channel", topic: "plain", channel: "plain", reason: formula });
  for (const name of [attack, "\u202E\u2066txt.exe", "w".repeat(64)])
    await post("tokens", { name, rights: ["read"], ...everything, days: null });
  await post("users", { name: "u".repeat(64), role: "viewer", ...everything, readsBodies: false });
  for (const name of [attack, "w".repeat(80)]) {
    await post("alerts/rules", {
      ...{ name, condition: "depth", threshold: 0, forMs: 0, severity: "crit" },
      ...{ topics: longest, channels: longest, enabled: true },
    });
    await post("alerts/webhooks", {
      name,
      url: `https://hooks.test/${"p".repeat(500)}?${attack}`,
      enabled: false,
    });
  }

  for (const [path, shown] of [
    ["/topics/plain/channels/plain", "plain"],
    ["/jobs", "plain"],
    [`/jobs/${job}`, attack],
    ["/audit", attack],
    ["/settings/users", "u".repeat(64)],
    ["/settings/tokens", attack],
    ["/settings/alerts", attack],
    ["/settings/sessions", "admin"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("main"), path).toContainText(shown);
    await unharmedAtBoth(path);
  }
  await page.goto(`/audit?topic=${encodeURIComponent(attack)}`);
  await unharmed("a filter of the operators' log");
  const csv = await (await page.request.get("/api/v1/audit/export?format=csv")).text();
  expect(csv).toContain("HYPERLINK");
  expect(csv, "no cell that a spreadsheet would work out").not.toMatch(/(^|,)"?[=+@-]/m);
});

/** What says whether a page is as it was meant; a dialog of the browser's own is none of its means. */
function watchOver(page: Page) {
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const unharmed = async (where: string) => {
    await expect(page.getByTestId("live-pill"), where).toHaveAttribute("data-state", "live");
    const state = await page.evaluate(() => ({
      attacked: "attacked" in window,
      polluted: "polluted" in {},
      planted: document.querySelectorAll("img[src=x], a[href^=javascript]").length,
    }));
    expect(state, where).toEqual({ attacked: false, polluted: false, planted: 0 });
    // Charts take a new width with the next frame.
    await expect.poll(() => overflow(page), where).toBe(0);
    expect(dialogs, where).toEqual([]);
  };
  /** On a phone, and on a screen of a desk. */
  const unharmedAtBoth = async (where: string) => {
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await unharmed(`${where} at ${width}`);
    }
  };
  return { unharmed, unharmedAtBoth };
}
