import { get } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { ConsoleServerOptions } from "../options.ts";
import { TableInMemory } from "../testing/sessions-in-memory.ts";
import { TestConsole } from "../testing/test-console.ts";

/** Why a socket's handshake is refused. */
function upgrade(url: string, headers: Record<string, string>): Promise<string> {
  const upgrading = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
  const key = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
  return new Promise((resolve, reject) => {
    get(`${url}/socket.io/?EIO=4&transport=websocket`, { headers: { ...headers, ...upgrading, ...key } })
      .once("response", (response) => text(response).then(resolve, reject))
      .once("error", reject);
  });
}

test("[CS2] the link becomes a strict cookie that no script reads, and leaves the address", async () => {
  await using weir = await TestConsole.start();
  const path = await weir.server.newSignInPath();
  const response = await fetch(`${weir.url}${path}`, { redirect: "manual" });
  const again = await fetch(`${weir.url}${path}`, { redirect: "manual" });

  expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
  const cookie = response.headers.getSetCookie()[0]!;
  expect(cookie).toMatch(/^weir_session_\d+=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Strict$/);
  expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  expect([again.status, again.headers.getSetCookie()]).toEqual([403, []]);
  expect(weir.warnings.join()).not.toContain(path.split("=")[1]);
});

test("[CS2] behind https the cookie is Secure, and bound to the host", async () => {
  await using weir = await TestConsole.start([], { secure: true });
  const response = await fetch(`${weir.url}${await weir.server.newSignInPath()}`, { redirect: "manual" });

  expect(response.headers.getSetCookie()[0]).toMatch(
    /^__Host-weir_session_\d+=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  );
  expect(response.headers.get("strict-transport-security")).toContain("max-age");
});

test("[CS1] a browser that only looks ahead does not use the link up", async () => {
  await using weir = await TestConsole.start();
  const url = `${weir.url}${await weir.server.newSignInPath()}`;
  const ahead = await fetch(url, { redirect: "manual", headers: { "sec-purpose": "prefetch" } });
  const head = await fetch(url, { redirect: "manual", method: "HEAD" });
  const real = await fetch(url, { redirect: "manual" });

  expect([ahead.status, real.status]).toEqual([503, 303]);
  expect([ahead, head].flatMap((answer) => answer.headers.getSetCookie())).toEqual([]);
});

test("[CS9] a console that has just started says 503 while Postgres is away, on every way in, and goes on with its return", async () => {
  const table = new TableInMemory();
  const stores = { sessions: table } as unknown as ConsoleServerOptions["stores"];
  await using before = await TestConsole.start([], { stores });
  await before.signIn();
  const link = await before.server.newSignInPath();
  await using weir = await TestConsole.start([], { stores });
  // The cookie's name has the port in it.
  weir.cookie = `weir_session_${new URL(weir.url).port}=${before.cookie.split("=")[1]}`;
  table.away = true;

  const api = await weir.get("/api/v1/topics");
  const pages = await Promise.all(
    ["/topics", "/signin", link].map((path) => weir.get(path, { accept: "text/html" })),
  );
  const part = await weir.get("/topics", { rsc: "1" });
  const socket = await upgrade(weir.url, { cookie: weir.cookie, origin: weir.url });
  const stranger = await upgrade(weir.url, { origin: weir.url });

  expect([api.status, api.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(await api.json()).toMatchObject({
    code: "session-unknown",
    message: expect.stringContaining("Postgres"),
  });
  for (const page of pages) {
    expect([page.status, page.headers.getSetCookie()]).toEqual([503, []]);
    expect(await page.text()).toMatch(/http-equiv="refresh"[\s\S]*as soon as Postgres answers/);
  }
  expect([part.status, await part.text()]).toEqual([503, ""]);
  expect([socket, stranger]).toEqual(["session-unknown", "no-session"]);

  table.away = false;
  expect((await weir.get("/api/v1/session")).status).toBe(200);
  expect((await weir.connect()).raw.connected).toBe(true);
  expect((await weir.get(link)).status).toBe(303);
});

test("[CS5] signing in again makes another session and ends the one before; a planted cookie is not taken over", async () => {
  await using weir = await TestConsole.start();
  await weir.signIn();
  const before = weir.cookie;
  const name = before.split("=")[0]!;
  const again = await weir.get(await weir.server.newSignInPath());
  const planted = `${name}=${"A".repeat(43)}`;
  const fixed = await weir.get(await weir.server.newSignInPath(), { cookie: planted });

  expect((await weir.get("/api/v1/session", { cookie: before })).status).toBe(401);
  expect((await weir.get("/api/v1/session", { cookie: planted })).status).toBe(401);
  const cookies = [again, fixed].map((answer) => answer.headers.getSetCookie()[0]!.split(";")[0]!);
  expect(new Set([before, planted, ...cookies]).size).toBe(4);
  expect((await weir.get("/api/v1/session", { cookie: cookies[0]! })).status).toBe(200);
});

test("[CS4] signing out ends the session for the API and for its open socket, at once", async () => {
  await using weir = await (await TestConsole.start()).signIn();
  const socket = await weir.connect();
  const closed = new Promise((resolve) => socket.raw.once("disconnect", resolve));
  const startedMs = performance.now();
  const response = await weir.post("/api/v1/signout", {});
  await closed;

  expect(response.status).toBe(204);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  expect(socket.reauths).toEqual(["revoked"]);
  expect((await weir.get("/api/v1/session")).status).toBe(401);
});
