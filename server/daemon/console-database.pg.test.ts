import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPool, parseDatabaseUrl } from "../../db/client.ts";
import { Sessions } from "../console/auth/sessions.ts";
import { systemClock } from "../console/clock.ts";
import type { Trace } from "../console/contract/index.ts";
import { apiPaths } from "../console/contract/index.ts";
import { secret, TestConsole } from "../console/testing/test-console.ts";
import { subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { startNode } from "../testing/node.ts";
import { type FreshDatabase, freshDatabase, ownPostgres } from "../testing/postgres.ts";
import { ConsoleDatabase } from "./console-database.ts";

const visitor = { userAgent: "test", address: "127.0.0.1" };
let fresh: FreshDatabase;
let database: ConsoleDatabase;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = new ConsoleDatabase(fresh.url, "weir", () => {});
  database.start();
  await eventually(() => expect(database.status.state).toBe("up"), { withinMs: 20_000 });
});
afterAll(async () => {
  await database.stop();
  await fresh[Symbol.asyncDispose]();
});

describe("in Postgres", () => {
  test("[CS1] a link made by one console signs in at another, once", async () => {
    const [one, other] = [
      new Sessions(database.stores.sessions, systemClock),
      new Sessions(database.stores.sessions, systemClock),
    ];
    const token = await one.createLink();
    const tries = await Promise.all([
      other.signIn(token, visitor),
      one.signIn(token, visitor),
      other.signIn(token, visitor),
    ]);
    const signedIn = tries.filter((session) => session !== null);

    expect(signedIn).toHaveLength(1);
    const third = new Sessions(database.stores.sessions, systemClock);
    expect((await third.check(signedIn[0]!.secret))!.info).toMatchObject({ user: "admin", role: "admin" });
    await third.signOut(signedIn[0]!.id);
    expect(await new Sessions(database.stores.sessions, systemClock).check(signedIn[0]!.secret)).toBeNull();
  });

  test("[CS2] neither the link's token nor the cookie is in the database", async () => {
    const sessions = new Sessions(database.stores.sessions, systemClock);
    const token = await sessions.createLink();
    const { secret } = (await sessions.signIn(token, visitor))!;
    const sql = openPool(parseDatabaseUrl(fresh.url), { schema: "weir", name: "test", max: 1 });
    const rows = await sql`select encode(id_hash, 'escape') as hash, sessions::text as row from sessions
      union all select encode(hash, 'escape'), signin_tokens::text from signin_tokens`;
    await sql.end();

    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test("[CO6] an action is recorded with everything it had, and names cannot be statements", async () => {
    const action = {
      atMs: 1_700_000_000_000,
      actor: "admin",
      address: "127.0.0.1",
      ...{ actorKind: "user" as const, session: "s", requestId: "r", node: null },
      action: "empty-channel",
      topic: "t'; drop table users; --",
      channel: "c",
      object: { more: [] },
      before: { paused: false },
      after: null,
      reason: "a $1 reason",
      result: "ok",
      perNode: [{ node: "n", ok: false, code: "'", tookMs: 1 }],
    };
    await database.stores.actions.append(action);
    const [row] = await database.stores.actions.list({ topic: action.topic }, null, 10);

    const { seq, ...rest } = row!;
    expect(rest).toEqual(action);
    expect(seq).toBeGreaterThan(0);
  });

  test("[PE5] lines of several consoles are one chain, and every way to spoil it is found", async () => {
    const { actions } = database.stores;
    const line = (n: number) => ({
      ...{
        atMs: 1_700_000_000_000 + n,
        actorKind: "user" as const,
        actor: "a",
        address: null,
        session: null,
      },
      ...{ requestId: null, action: "pause-topic", topic: `t${n}`, channel: null, node: null, object: null },
      ...{ before: null, after: null, reason: null, result: "ok", perNode: null },
    });
    await Promise.all(Array.from({ length: 20 }, (_, n) => actions.append(line(n))));
    const whole = await actions.verify(0, 1_000);
    const part = await actions.verify(5, 4);
    const sql = openPool(parseDatabaseUrl(fresh.url), { schema: "weir", name: "test", max: 1 });
    const last = whole.lines;
    const spoilt = async (act: (at: number) => Promise<unknown>, mend: (at: number) => Promise<unknown>) => {
      await act(3);
      const found = await actions.verify(0, 1_000);
      await mend(3);
      return found.broken;
    };
    await expect(sql`update operator_actions set reason = 'x' where seq = 3`).rejects.toThrow(
      "only ever appended",
    );
    await expect(sql`delete from operator_actions`).rejects.toThrow("only ever appended");
    await sql`alter table operator_actions disable trigger user`;
    const changed = await spoilt(
      (at) => sql`update operator_actions set actor = 'b' where seq = ${at}`,
      (at) => sql`update operator_actions set actor = 'a' where seq = ${at}`,
    );
    await sql`create table kept as select * from operator_actions`;
    const back = (at: number) => sql`insert into operator_actions select * from kept where seq = ${at}`;
    const taken = await spoilt((at) => sql`delete from operator_actions where seq = ${at}`, back);
    const cut = await spoilt(
      () => sql`delete from operator_actions where seq = ${last}`,
      () => back(last),
    );
    const again = await actions.verify(0, 1_000);
    await sql`drop table kept`;
    await sql`alter table operator_actions enable trigger user`;
    await sql.end();

    expect(whole).toEqual({ cursor: null, lines: last, broken: null });
    expect(last).toBeGreaterThanOrEqual(20);
    expect(part).toEqual({ cursor: 9, lines: 4, broken: null });
    expect([changed, taken, cut]).toEqual([3, 4, last]);
    expect(again).toEqual(whole);
  });
});

test("[CO5] Postgres going away is a state: reads go on, a trace waits in words, actions are recorded afterwards", async () => {
  await using server = await ownPostgres();
  const own = new ConsoleDatabase(server.url, "weir", () => {});
  own.start();
  await eventually(() => expect(own.status.state).toBe("up"), { withinMs: 20_000 });
  await using weir = await (
    await TestConsole.start([], { stores: own.stores, database: () => own.status })
  ).signIn();
  const before = await weir.read<Trace>(apiPaths.trace("00000000000000ff"));
  await server.kill9();
  await eventually(() => expect(own.status.state).toBe("down"), { withinMs: 10_000 });
  const away = await Promise.all(
    [apiPaths.session, apiPaths.overview, apiPaths.trace("00000000000000ff")].map((path) => weir.get(path)),
  );
  const link = await fetch(`${weir.url}${await weir.server.newSignInPath()}`, { redirect: "manual" });
  await weir.post(apiPaths.publish, { topic: "t", body: "x" });
  const refused = await weir.post(apiPaths.actions, { action: "delete-topic", topic: "t" });
  await server.start();
  await eventually(() => expect(own.status.state).toBe("up"), { withinMs: 20_000 });
  const sql = openPool(parseDatabaseUrl(server.url), { schema: "weir", name: "test", max: 1 });
  const recorded = await eventually(async () => {
    const rows = await sql<{ action: string; result: string }[]>`select action, result from operator_actions
      where action <> 'sign-in'`;
    expect(rows).toHaveLength(1);
    return rows[0]!;
  });
  await sql.end();
  await own.stop();

  expect(before).toMatchObject({ events: [], cut: false });
  expect(away.map((response) => response.status)).toEqual([200, 200, 503]);
  expect([link.status, refused.status]).toEqual([303, 400]);
  expect({ ...recorded }).toEqual({ action: "delete-topic", result: "confirm-name" });
});

test("[CO7] the trace of a message tells what happened to it, where and by whom", async () => {
  const directory = mkdtempSync(join(tmpdir(), "weir-trace-"));
  const secretFile = join(directory, "secret");
  writeFileSync(secretFile, secret);
  await using node = await startNode(
    { "cluster-secret-file": secretFile },
    { env: { DATABASE_URL: fresh.url } },
  );
  const key = new URL(node.httpUrl).host;
  await using weir = await (
    await TestConsole.start([key], { stores: database.stores, database: () => database.status })
  ).signIn();
  await using consumer = await subscribe(node.tcpPort, "orders", "billing");
  consumer.rdy(1);
  await weir.post(apiPaths.publish, { topic: "orders", body: "one" });
  const first = await consumer.nextMessage();
  consumer.req(first.id, 0);
  const second = await consumer.nextMessage();
  consumer.fin(second.id);
  const trace = await eventually(
    async () => {
      const found = await weir.read<Trace>(apiPaths.trace(first.id));
      expect(found.events.map((event) => event.kind)).toContain("finish");
      return found;
    },
    { withinMs: 10_000 },
  );

  expect(trace.events.map(({ kind, channel, attempts }) => [kind, channel, attempts])).toEqual([
    ["publish", null, null],
    ["deliver", "billing", 1],
    ["requeue", "billing", 1],
    ["deliver", "billing", 2],
    ["finish", "billing", 2],
  ]);
  expect(trace.events.at(-1)).toMatchObject({
    topic: "orders",
    client: { address: expect.stringMatching(/^127\.0\.0\.1:/) },
  });
  expect(trace).toMatchObject({ id: first.id, cut: false, gaps: 0 });
  expect(trace.sinceMs).toBeLessThanOrEqual(Date.now());
});
