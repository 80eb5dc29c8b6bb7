import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConsoleDatabase } from "../../daemon/console-database.ts";
import { eventually } from "../../testing/eventually.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import type {
  Account,
  ApiFailure,
  ApiToken,
  ApiTokenMade,
  AuditPage,
  NewUser,
  SessionInfo,
  SessionRow,
  User,
  UserLink,
} from "../contract/index.ts";
import { TestConsole } from "../testing/test-console.ts";

let fresh: FreshDatabase;
let database: ConsoleDatabase;
let one: TestConsole;
let other: TestConsole;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = new ConsoleDatabase(fresh.url, "weir", () => {});
  database.start();
  await eventually(() => expect(database.status.state).toBe("up"), { withinMs: 20_000 });
  const start = () => TestConsole.start([], { stores: database.stores, database: () => database.status });
  one = await (await start()).signIn();
  other = await start();
});
afterAll(async () => {
  await Promise.all([one[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
  await database.stop();
  await fresh[Symbol.asyncDispose]();
});

const code = async (response: Response) => ((await response.json()) as ApiFailure).code;
const viewer = { role: "viewer", topics: ["orders.*"], channels: ["*"], readsBodies: false } as const;
let count = 0;

/** A person of their own for each test, and the link they are given. */
async function person(grant: Partial<NewUser> = {}): Promise<{ name: string; link: UserLink }> {
  const name = `person-${++count}`;
  const response = await one.post("/api/v1/users", { name, ...viewer, ...grant });
  expect(response.status).toBe(200);
  return { name, link: (await response.json()) as UserLink };
}

/** A browser of its own at a console. */
class Browser {
  cookie = "";
  readonly #weir: TestConsole;

  constructor(weir: TestConsole) {
    this.#weir = weir;
  }

  async open(path: string): Promise<number> {
    return this.#keep(await fetch(this.#weir.url + path, { redirect: "manual" }));
  }

  async signIn(user: string, password: string): Promise<number> {
    const body = new URLSearchParams({ user, password });
    const headers = { origin: this.#weir.url };
    return this.#keep(
      await fetch(`${this.#weir.url}/signin`, { method: "POST", redirect: "manual", body, headers }),
    );
  }

  get(path: string): Promise<Response> {
    return this.#weir.get(path, { cookie: this.cookie });
  }

  post(path: string, body: unknown): Promise<Response> {
    return this.#weir.post(path, body, { cookie: this.cookie });
  }

  connect() {
    return this.#weir.connect({ cookie: this.cookie });
  }

  #keep(response: Response): number {
    const [cookie] = response.headers.getSetCookie();
    if (cookie) this.cookie = cookie.split(";")[0]!;
    return response.status;
  }
}

async function browserOf(link: UserLink, weir = one): Promise<Browser> {
  const browser = new Browser(weir);
  expect(await browser.open(link.path)).toBe(303);
  return browser;
}

describe("people", () => {
  test("[PE8] somebody new is given a link that works once, at any console, and may what was given them", async () => {
    const { name, link } = await person();
    const browser = await browserOf(link, other);

    const info = (await (await browser.get("/api/v1/session")).json()) as SessionInfo;
    expect(info).toMatchObject({ user: name, role: "viewer", rights: ["read"], topics: ["orders.*"] });
    expect(await new Browser(one).open(link.path)).toBe(403);
    expect(await code(await browser.post("/api/v1/users", { name: "x", ...viewer }))).toBe("forbidden");
    expect(await code(await one.post("/api/v1/users", { name, ...viewer }))).toBe("name-taken");
    expect(await code(await one.post("/api/v1/users", { name: "admin", ...viewer }))).toBe("bad-request");
  });

  test("[PE8] what is changed of somebody is so for their open pages within a second, at every console", async () => {
    const { name, link } = await person();
    const browser = await browserOf(link, other);
    const socket = await browser.connect();
    const closed = new Promise<string>((resolve) => socket.raw.once("disconnect", resolve));

    await one.post(`/api/v1/users/${name}`, { role: "operator", topics: ["*"] });
    await closed;

    const info = (await (await browser.get("/api/v1/session")).json()) as SessionInfo;
    expect(info).toMatchObject({ role: "operator", topics: ["*"], rights: ["read", "publish", "operate"] });
    expect(socket.reauths).toEqual([]);
  });

  test("[PE8] who is disabled or removed is out within a second, at every console, and the first stays", async () => {
    const { name, link } = await person();
    const browser = await browserOf(link, other);
    const socket = await browser.connect();

    await one.post(`/api/v1/users/${name}`, { disabled: true });
    await eventually(() => expect(socket.reauths).toEqual(["revoked"]), { withinMs: 2_500 });

    expect((await browser.get("/api/v1/session")).status).toBe(401);
    expect(await code(await one.post(`/api/v1/users/${name}/link`, {}))).toBe("not-found");
    expect(await code(await one.post(`/api/v1/users/${name}/remove`, { confirm: { name: "x" } }))).toBe(
      "confirm-name",
    );
    expect((await one.post(`/api/v1/users/${name}/remove`, { confirm: { name } })).status).toBe(200);
    const users = await one.read<User[]>("/api/v1/users");
    expect(users.map((user) => user.name)).not.toContain(name);
    expect(users.find((user) => user.name === "admin")).toMatchObject({ role: "admin", disabledAtMs: null });
    expect(await code(await one.post("/api/v1/users/admin", { disabled: true }))).toBe("forbidden");
    expect(await code(await one.post("/api/v1/users/admin/remove", { confirm: { name: "admin" } }))).toBe(
      "forbidden",
    );
  });
});

describe("passwords", () => {
  test("[PE9] a password is set by who came by a link, changed by who knows it, and ends the other sessions", async () => {
    const { name, link } = await person();
    const browser = await browserOf(link);
    expect(await code(await browser.post("/api/v1/account/password", { next: "short" }))).toBe("bad-request");
    expect((await browser.post("/api/v1/account/password", { next: "correct horse" })).status).toBe(200);
    const second = new Browser(other);
    expect(await second.signIn(` ${name.toUpperCase()}`, "correct horse")).toBe(303);

    const wrong = await browser.post("/api/v1/account/password", { current: "no", next: "battery staple" });
    expect(await code(wrong)).toBe("wrong-password");
    const changed = await browser.post("/api/v1/account/password", {
      current: "correct horse",
      next: "battery staple",
    });
    expect(changed.status).toBe(200);
    await eventually(async () => expect((await second.get("/api/v1/session")).status).toBe(401), {
      withinMs: 4_000,
    });
    expect((await browser.get("/api/v1/session")).status).toBe(200);
    expect(((await (await browser.get("/api/v1/account")).json()) as Account).hasPassword).toBe(true);
    expect(await new Browser(one).signIn(name, "correct horse")).toBe(403);
    expect(await new Browser(one).signIn(name, "battery staple")).toBe(303);
  });

  test("[PE9] guesses are slowed by name and address, over all consoles, and the right one is no use meanwhile", async () => {
    const { name, link } = await person();
    const browser = await browserOf(link);
    await browser.post("/api/v1/account/password", { next: "correct horse" });
    const say = async (weir: TestConsole, password: string) => {
      const body = new URLSearchParams({ user: name, password });
      const response = await fetch(`${weir.url}/signin`, {
        method: "POST",
        body,
        headers: { origin: weir.url },
      });
      return /Too many wrong/.test(await response.text());
    };
    const tries: boolean[] = [];
    for (let n = 0; n < 7; n++) tries.push(await say(n % 2 === 0 ? one : other, "wrong"));

    expect(tries.slice(0, 5)).toEqual([false, false, false, false, false]);
    expect(tries.slice(5)).toContain(true);
    expect(await say(one, "correct horse")).toBe(true);
    await eventually(async () => expect(await new Browser(one).signIn(name, "correct horse")).toBe(303), {
      withinMs: 5_000,
    });
  });

  test("[PE9] nobody, no password and a foreign page are refused alike, and no hash leaves Postgres", async () => {
    const { name } = await person();
    const body = new URLSearchParams({ user: "admin", password: "x" });
    const foreign = await fetch(`${one.url}/signin`, {
      method: "POST",
      body,
      headers: { origin: "https://evil.test" },
    });

    expect([await new Browser(one).signIn("nobody", "x"), await new Browser(one).signIn(name, "x")]).toEqual([
      403, 403,
    ]);
    expect(await code(foreign)).toBe("bad-origin");
    expect(JSON.stringify(await one.read("/api/v1/users"))).not.toContain("argon2");
  });

  test("[PE10] what cannot be taken back wants somebody who has just proved to be who they are", async () => {
    const { link } = await person({ role: "admin", topics: ["*"] });
    const browser = await browserOf(link);
    await browser.post("/api/v1/account/password", { next: "correct horse" });
    const info = (await (await browser.get("/api/v1/sessions")).json()) as SessionRow[];
    const id = Buffer.from(info[0]!.id, "hex");
    await database.stores.sessions.refresh(id, Date.now() - 6 * 60_000);
    // Another console, which has heard of it only now.
    const later = await TestConsole.start([], { stores: database.stores, database: () => database.status });
    // The name has the console's port in it.
    const cookie = browser.cookie.replace(/\d+(?==)/, new URL(later.url).port);
    const act = () => later.post("/api/v1/actions", { action: "make-durable", topic: "t" }, { cookie });
    const [before, wrong] = [
      await code(await act()),
      await code(await later.post("/api/v1/account/fresh", { password: "no" }, { cookie })),
    ];
    const proved = await later.post("/api/v1/account/fresh", { password: "correct horse" }, { cookie });
    const after = await code(await act());
    await later[Symbol.asyncDispose]();

    expect([before, wrong, proved.status]).toEqual(["fresh-needed", "wrong-password", 200]);
    expect(after).not.toBe("fresh-needed");
  });
});

describe("sessions", () => {
  test("[PE11] one sees one's own sessions and ends them; who manages people, everybody's; within a second everywhere", async () => {
    const { name, link } = await person();
    const browser = await browserOf(link, other);
    await browser.post("/api/v1/account/password", { next: "correct horse" });
    const second = new Browser(one);
    await second.signIn(name, "correct horse");
    const socket = await second.connect();
    const mine = (await (await browser.get("/api/v1/sessions")).json()) as SessionRow[];
    const all = await one.read<SessionRow[]>("/api/v1/sessions?of=all");

    expect(mine.map((row) => [row.user, row.current, row.method]).toSorted()).toEqual([
      [name, false, "password"],
      [name, true, "link"],
    ]);
    expect(all.length).toBeGreaterThan(mine.length);
    expect((await browser.get("/api/v1/sessions?of=all")).status).toBe(403);
    const admins = all.find((row) => row.user === "admin")!;
    expect((await browser.post(`/api/v1/sessions/${admins.id}/revoke`, {})).status).toBe(404);
    await browser.post(`/api/v1/sessions/${mine.find((row) => !row.current)!.id}/revoke`, {});
    await eventually(() => expect(socket.reauths).toEqual(["revoked"]), { withinMs: 2_500 });
    expect((await browser.post("/api/v1/users/admin/end-sessions", {})).status).toBe(403);
    const ended = await one.post(`/api/v1/users/${name}/end-sessions`, {});
    expect(await ended.json()).toEqual({ ended: 1 });
    expect((await one.get("/api/v1/session")).status).toBe(200);
    await eventually(async () => expect((await browser.get("/api/v1/session")).status).toBe(401), {
      withinMs: 4_000,
    });
  });
});

describe("tokens", () => {
  const ask = (weir: TestConsole, secret: string, path: string, body?: object) =>
    fetch(weir.url + path, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
  const made = async (browser: Pick<TestConsole, "post">, change: object = {}) => {
    const token = { name: "ci", rights: ["read"], topics: ["*"], channels: ["*"], days: 1, ...change };
    return (await (await browser.post("/api/v1/tokens", token)).json()) as ApiTokenMade;
  };

  test("[PE12] a token may what it was given, within what its owner may now, at every console", async () => {
    const { name, link } = await person({ role: "operator" });
    const browser = await browserOf(link);
    const { secret, id } = await made(browser, { rights: ["read", "publish"], topics: ["*"] });
    const info = (await (await ask(other, secret, "/api/v1/session")).json()) as SessionInfo;
    const publish = async (topic: string) =>
      code(await ask(one, secret, "/api/v1/publish", { topic, body: "x" }));

    expect(secret).toMatch(/^nsqt_[\w-]{43}$/);
    expect(info).toMatchObject({ user: `${name}/ci`, rights: ["read", "publish"] });
    // Outside its owner's globs, though within its own.
    expect([await publish("secret"), await publish("orders.eu")]).toEqual(["not-found", "no-node"]);
    expect(
      await code(await ask(one, secret, "/api/v1/actions", { action: "create-topic", topic: "orders.x" })),
    ).toBe("forbidden");
    expect((await ask(one, secret, "/api/v1/tokens")).status).toBe(403);
    await one.post(`/api/v1/users/${name}`, { role: "viewer" });
    expect(await publish("orders.eu")).toBe("forbidden");
    const listed = (await (await browser.get("/api/v1/tokens")).json()) as ApiToken[];
    expect(listed).toMatchObject([
      { id, name: "ci", hint: secret.slice(0, 9), lastUsedAddress: "127.0.0.1" },
    ]);
    expect(JSON.stringify(listed)).not.toContain(secret);
    await browser.post(`/api/v1/tokens/${id}/revoke`, {});
    expect((await ask(one, secret, "/api/v1/session")).status).toBe(401);
  });

  test("[PE16] who signed in before Postgres answered has a token made as soon as it does, and is told to wait until then", async () => {
    await using empty = await freshDatabase();
    const late = new ConsoleDatabase(empty.url, "weir", () => {});
    const options = { stores: late.stores, database: () => late.status };
    await using weir = await (await TestConsole.start([], options)).signIn();
    const token = { name: "ci", rights: ["read"], topics: ["*"], channels: ["*"], days: 1 };
    const before = await weir.post("/api/v1/tokens", token);

    late.start();
    await late.answered(20_000);
    const after = await weir.post("/api/v1/tokens", token);
    const { id } = (await after.json()) as ApiTokenMade;
    const listed = await weir.read<ApiToken[]>("/api/v1/tokens");
    await late.stop();

    expect([before.status, await code(before)]).toEqual([503, "database-away"]);
    expect(listed.map((one) => [one.id, one.user])).toEqual([[id, "admin"]]);
  });

  test("[PE12] nobody gives a token what they do not have, and a made-up one is refused", async () => {
    const { link } = await person();
    const browser = await browserOf(link);
    const greedy = { name: "x", rights: ["administer"], topics: ["*"], channels: ["*"], days: null };

    expect(await code(await browser.post("/api/v1/tokens", greedy))).toBe("forbidden");
    expect((await ask(one, "nsqt_made-up", "/api/v1/session")).status).toBe(401);
    // A token that is wrong is not helped by a cookie that is right.
    const both = await one.get("/api/v1/session", { authorization: "Bearer nsqt_made-up" });
    expect(both.status).toBe(401);
  });

  test("[PE12] by a token no page of somebody else's gets in: a foreign origin is refused all the same", async () => {
    const { secret } = await made(one);
    const foreign = await fetch(`${one.url}/api/v1/publish`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${secret}`,
        "content-type": "application/json",
        origin: "https://evil.test",
      },
      body: "{}",
    });

    expect(await code(foreign)).toBe("bad-origin");
  });
});

test("[PE6] the log has who, where from and what; who does not manage people sees neither people's acts nor addresses", async () => {
  const { link } = await person();
  const browser = await browserOf(link);
  await one.post("/api/v1/actions", { action: "pause-topic", topic: "orders.eu", reason: "why not" });
  await one.post("/api/v1/actions", { action: "pause-topic", topic: "secret" });
  const pageOf = async (get: (path: string) => Promise<Response>, query = "") =>
    (await (await get(`/api/v1/audit${query}`)).json()) as AuditPage;
  const mine = await eventually(async () => {
    const page = await pageOf((path) => one.get(path), "?limit=200");
    expect(page.rows.map(({ topic }) => topic)).toContain("secret");
    return page;
  });
  const theirs = await pageOf((path) => browser.get(path));
  const first = await pageOf((path) => one.get(path), "?limit=1");
  const next = await pageOf((path) => one.get(path), `?limit=1&before=${first.cursor}`);
  const file = await one.get("/api/v1/audit/export?format=csv&topic=orders.eu");

  expect(mine.rows.find((row) => row.reason === "why not")).toMatchObject({
    ...{ actor: "admin", actorKind: "user", address: "127.0.0.1", reason: "why not", result: "not-found" },
    session: expect.stringMatching(/^[0-9a-f]{12}$/),
  });
  expect(mine.rows.map(({ action }) => action)).toEqual(expect.arrayContaining(["create-user", "sign-in"]));
  expect(theirs.rows.map(({ action, topic }) => [action, topic])).toEqual(
    expect.arrayContaining([["pause-topic", "orders.eu"]]),
  );
  expect(theirs.rows.find(({ reason }) => reason === "why not")).toMatchObject({
    address: null,
    session: null,
  });
  expect(theirs.rows.filter(({ topic, action }) => topic === "secret" || action === "create-user")).toEqual(
    [],
  );
  expect(first.rows[0]!.seq).toBe(next.rows[0]!.seq! + 1);
  expect((await file.text()).split("\r\n")[1]).toMatch(/pause-topic,orders\.eu/);
  expect(await one.read("/api/v1/audit/check")).toMatchObject({ broken: null, cursor: null });
});

test("[PE13] without Postgres there is the link's admin, and what needs people says so", async () => {
  await using alone = await (await TestConsole.start([])).signIn();
  const sessions = await alone.read<SessionRow[]>("/api/v1/sessions");
  const audit = await alone.read<AuditPage>("/api/v1/audit");

  expect(sessions).toMatchObject([{ user: "admin", current: true }]);
  expect(audit).toMatchObject({ kept: false, rows: [{ action: "sign-in", seq: null }] });
  expect(await alone.read("/api/v1/account")).toMatchObject({ hasPeople: false });
  for (const path of ["users", "tokens"])
    expect(await code(await alone.get(`/api/v1/${path}`))).toBe("database-away");
  expect(await (await fetch(`${alone.url}/signin`)).text()).not.toContain("<form");
});
