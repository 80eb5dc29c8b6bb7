import { request as http } from "node:http";
import { io } from "socket.io-client";
import { expect, test } from "./test.ts";

const reads = ["session", "status", "overview", "topics", "nodes", "trace/0000000100000001"];

test("[W16] without a session nothing is shown: no page, no data, no part of a page", async ({
  browser,
  system,
}) => {
  await system.publish("secret.topic", "x");
  const context = await browser.newContext({ baseURL: system.url });
  const page = await context.newPage();

  await page.goto("/topics");
  await expect(page).toHaveURL(/\/signin$/);
  expect(await page.content()).not.toContain("secret.topic");
  for (const path of reads) {
    expect((await page.request.get(`/api/v1/${path}`)).status(), path).toBe(401);
  }
  const part = await page.request.get("/topics", { headers: { rsc: "1" } });
  expect(part.status()).toBe(401);
  expect(await part.text()).not.toContain("secret.topic");
  await context.close();
});

test("[W16] a link signs in once", async ({ browser, system }) => {
  const link = await system.newLink();
  const first = await browser.newContext();
  const page = await first.newPage();
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  expect(page.url()).toBe(`${system.url}/`);

  const second = await browser.newContext();
  const late = await second.newPage();
  const answer = await late.goto(link);

  expect(answer?.status()).toBe(403);
  await expect(late.getByRole("heading")).toContainText("does not work any more");
  await Promise.all([first.close(), second.close()]);
});

test("[W16] signing out ends it at once, in every open page, and signing in again goes on there", async ({
  browser,
  system,
}) => {
  const context = await browser.newContext();
  const other = await context.newPage();
  await other.goto(await system.newLink());
  await other.goto(`${system.url}/topics`);
  const page = await context.newPage();
  await page.goto(system.url);

  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/signin$/);
  await page.goto(system.url);

  await expect(page).toHaveURL(/\/signin$/);
  await expect(other.getByRole("alertdialog")).toContainText("Your session is over");
  await page.goto(await system.newLink());
  await expect(other.getByRole("alertdialog")).toBeHidden({ timeout: 15_000 });
  await expect(other.getByTestId("live-pill")).toHaveAttribute("data-state", "live");
  await context.close();
});

test("[W16] a foreign origin is refused, with a good session too", async ({ cookies, system }) => {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const port = new URL(system.url).port;

  const status = await new Promise<number>((resolve, reject) => {
    const body = JSON.stringify({ topic: "planted", body: "x" });
    const headers = { cookie, origin: "https://evil.test", "content-type": "application/json" };
    const asked = http(
      { host: "127.0.0.1", port, path: "/api/v1/publish", method: "POST", headers },
      (answer) => resolve(answer.resume().statusCode ?? 0),
    );
    asked.on("error", reject);
    asked.end(body);
  });
  const refused = await new Promise<boolean>((resolve) => {
    const socket = io(system.url, {
      transports: ["websocket"],
      reconnection: false,
      extraHeaders: { cookie, origin: "https://evil.test" },
    });
    const settle = (answer: boolean) => {
      socket.close();
      resolve(answer);
    };
    socket.on("connect", () => settle(false));
    socket.on("connect_error", () => settle(true));
  });

  expect(status).toBe(403);
  expect(refused).toBe(true);
});
