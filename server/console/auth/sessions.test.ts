import { describe, expect, test } from "vitest";
import type { Clock } from "../clock.ts";
import { TableInMemory } from "../testing/sessions-in-memory.ts";
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
