import { get } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { Clock } from "../clock.ts";
import type { ConsoleServerOptions } from "../options.ts";
import { TestConsole } from "../testing/test-console.ts";
import type { SessionStore, StoredSession } from "./session-store.ts";
import { idleMs, lastsMs, Sessions } from "./sessions.ts";
import { linkLastsMs } from "./sign-in-links.ts";
import { SessionUnknown } from "./strangers.ts";

const visitor = { userAgent: "test", address: "127.0.0.1" };

class HandClock implements Clock {
  ms = 1_700_000_000_000;
  wallMs = () => this.ms;
  nowMs = () => this.ms;
  advance(ms: number): void {
    this.ms += ms;
  }
}

/** Keeps sessions for several consoles, and can be away. */
class TableInMemory implements SessionStore {
  away = false;
  readonly links = new Map<string, number>();
  readonly sessions = new Map<string, StoredSession>();

  async #do<T>(act: () => T): Promise<T> {
    if (this.away) throw new Error("away");
    return act();
  }
  saveLink = (hash: Buffer, expiresAtMs: number) =>
    this.#do(() => void this.links.set(hash.toString("hex"), expiresAtMs));
  redeemLink = (hash: Buffer) => this.#do(() => this.links.delete(hash.toString("hex")));
  save = (hash: Buffer, session: StoredSession) =>
    this.#do(() => void this.sessions.set(hash.toString("hex"), session));
  find = (hash: Buffer) => this.#do(() => this.sessions.get(hash.toString("hex")) ?? null);
  redeemUserLink = () => this.#do(() => null);
  findMany = (ids: readonly string[]) =>
    this.#do(() => new Map([...this.sessions].filter(([id]) => ids.includes(id))));
  refresh = () => this.#do(() => {});
  touch = () => this.#do(() => {});
  remove = (hash: Buffer) => this.#do(() => void this.sessions.delete(hash.toString("hex")));
}

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

async function signedIn(sessions: Sessions): Promise<string> {
  return (await sessions.signIn(await sessions.createLink(), visitor))!.secret;
}

describe("links and sessions", () => {
  test("[CS1] a link works once, even for two at the same moment", async () => {
    const sessions = new Sessions(null, new HandClock());
    const token = await sessions.createLink();

    const both = await Promise.all([sessions.signIn(token, visitor), sessions.signIn(token, visitor)]);

    expect(both.filter((one) => one !== null)).toHaveLength(1);
    expect(await sessions.signIn(token, visitor)).toBeNull();
  });

  test("[CS1] a link works for a quarter of an hour, and no other does", async () => {
    const clock = new HandClock();
    const sessions = new Sessions(null, clock);
    const token = await sessions.createLink();
    clock.advance(linkLastsMs);

    expect(await sessions.signIn(token, visitor)).toBeNull();
    expect(await sessions.signIn("", visitor)).toBeNull();
    expect(await sessions.signIn("A".repeat(43), visitor)).toBeNull();
  });

  test("[CS1] a link made by one console works once over all of them", async () => {
    const [clock, table] = [new HandClock(), new TableInMemory()];
    const [one, other] = [new Sessions(table, clock), new Sessions(table, clock)];
    const token = await one.createLink();

    const there = await other.signIn(token, visitor);

    expect(there).not.toBeNull();
    expect(await one.signIn(token, visitor)).toBeNull();
    expect(await one.check(there!.secret)).not.toBeNull();
  });

  test("[CS3] a session ends after eight hours unused, and after a day in any case", async () => {
    const clock = new HandClock();
    const sessions = new Sessions(null, clock);
    const [unused, used] = [await signedIn(sessions), await signedIn(sessions)];
    clock.advance(idleMs - 1);
    const before = await sessions.check(used);
    clock.advance(1);
    const after = [await sessions.check(unused), await sessions.check(used)];
    clock.advance(idleMs - 1);
    await sessions.check(used);
    clock.advance(lastsMs - 2 * idleMs + 1);

    expect(before).not.toBeNull();
    expect(after.map((one) => one !== null)).toEqual([false, true]);
    expect(await sessions.check(used)).toBeNull();
  });

  test("[CS3] looking is not using: an open page does not keep a session alive by itself", async () => {
    const clock = new HandClock();
    const sessions = new Sessions(null, clock);
    const secret = await signedIn(sessions);
    clock.advance(idleMs - 1);
    await sessions.check(secret, false);
    clock.advance(1);

    expect(await sessions.check(secret, false)).toBeNull();
  });

  test("[CS4] a session that ended in another console ends here within ten seconds", async () => {
    const [clock, table] = [new HandClock(), new TableInMemory()];
    const [one, other] = [new Sessions(table, clock), new Sessions(table, clock)];
    const secret = await signedIn(one);
    const ended: string[] = [];
    one.onEnd((_, reason) => ended.push(reason));
    const there = await other.check(secret);
    await other.signOut(there!.id);
    clock.advance(10_000);

    expect(await one.check(secret)).toBeNull();
    expect(ended).toEqual(["revoked"]);
  });

  test("[CS6] while Postgres is away a confirmed session is believed for ten minutes", async () => {
    const [clock, table] = [new HandClock(), new TableInMemory()];
    const sessions = new Sessions(table, clock);
    const secret = await signedIn(sessions);
    table.away = true;
    clock.advance(10 * 60_000 - 1);
    const within = await sessions.check(secret);
    clock.advance(3_001);

    expect(within).not.toBeNull();
    expect(await sessions.check(secret)).toBeNull();
  });

  test("[CS6] a link and a session made while Postgres is away work, and are stored when it is back", async () => {
    const [clock, table] = [new HandClock(), new TableInMemory()];
    const sessions = new Sessions(table, clock);
    table.away = true;
    const token = await sessions.createLink();
    const { secret } = (await sessions.signIn(token, visitor))!;
    clock.advance(20 * 60_000);
    const away = await sessions.check(secret);
    table.away = false;
    clock.advance(20_000);
    await sessions.check(secret);

    expect(away).not.toBeNull();
    expect(table.sessions.size).toBe(1);
    expect(await new Sessions(table, clock).check(secret)).not.toBeNull();
    expect(await sessions.signIn(token, visitor)).toBeNull();
  });

  test("[PE16] a session made while Postgres was away is in it as soon as that answers, when it is asked for", async () => {
    const [clock, table] = [new HandClock(), new TableInMemory()];
    const sessions = new Sessions(table, clock);
    table.away = true;
    const { id } = (await sessions.signIn(await sessions.createLink(), visitor))!;

    const away = await sessions.settle(id);
    table.away = false;
    const answers = await sessions.settle(id);

    expect([away, answers]).toEqual([false, true]);
    expect([...table.sessions.keys()]).toEqual([id]);
  });

  test("[CS9] while Postgres is away nobody can tell about a session or a link this console does not know", async () => {
    const [clock, table] = [new HandClock(), new TableInMemory()];
    const before = new Sessions(table, clock);
    const secret = await signedIn(before);
    const token = await before.createLink();
    const restarted = new Sessions(table, clock);
    table.away = true;

    await expect(restarted.check(secret)).rejects.toThrow(SessionUnknown);
    await expect(restarted.signIn(token, visitor)).rejects.toThrow(SessionUnknown);
    expect(await restarted.check(undefined)).toBeNull();
    table.away = false;
    expect(await restarted.check(secret)).not.toBeNull();
    expect(await restarted.signIn(token, visitor)).not.toBeNull();
    expect(await restarted.check("made-up")).toBeNull();
  });

  test("[CS9] all the tabs that come back to a console that has just started are one question", async () => {
    const [clock, table] = [new HandClock(), new TableInMemory()];
    const secret = await signedIn(new Sessions(table, clock));
    const restarted = new Sessions(table, clock);
    let asked = 0;
    const find = table.find;
    table.find = (hash) => {
      asked += 1;
      return find(hash);
    };

    const tabs = await Promise.all(Array.from({ length: 100 }, () => restarted.check(secret)));

    expect(tabs.every((one) => one !== null)).toBe(true);
    expect(asked).toBe(1);
  });

  test("[CS8] a flood of made-up secrets asks Postgres for a few at a time, and keeps nobody out who is known", async () => {
    const table = new TableInMemory();
    const sessions = new Sessions(table, new HandClock());
    const secret = await signedIn(sessions);
    let [now, most] = [0, 0];
    const gate = Promise.withResolvers<void>();
    table.find = async () => {
      most = Math.max(most, ++now);
      await gate.promise;
      now -= 1;
      return null;
    };
    const flood = Array.from({ length: 1_000 }, (_, index) => sessions.check(`made-up-${index}`));
    const known = await sessions.check(secret);
    gate.resolve();

    expect(known).not.toBeNull();
    const answers = await Promise.allSettled(flood);
    expect(answers.filter((one) => one.status === "fulfilled").map(({ value }) => value)).toEqual(
      Array(16).fill(null),
    );
    expect(most).toBe(16);
  });

  test("[CS2] what is kept is not what is in the cookie", async () => {
    const table = new TableInMemory();
    const sessions = new Sessions(table, new HandClock());
    const token = await sessions.createLink();
    const linkHashes = [...table.links.keys()];
    const { secret } = (await sessions.signIn(token, visitor))!;

    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    expect([...table.sessions.keys(), ...linkHashes].join()).not.toContain(secret);
    expect(linkHashes.join()).not.toContain(token);
  });
});

describe("signing in over HTTP", () => {
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
});
