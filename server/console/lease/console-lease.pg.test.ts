import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool, parseDatabaseUrl, type Sql } from "../../../db/client.ts";
import { migrate } from "../../../db/migrate.ts";
import { releaseConsoleLease, takeConsoleLease, termPart } from "../../../db/queries/console-leases.ts";
import { eventually } from "../../testing/eventually.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import { pause } from "../back-off.ts";
import { systemClock } from "../clock.ts";
import { ConsoleLeases, type LeaseName, type LeaseStore, type Term } from "./console-lease.ts";

const ttlMs = 600;
let database: FreshDatabase;
let sql: Sql;

beforeAll(async () => {
  database = await freshDatabase();
  sql = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "test", max: 4 });
  await migrate(sql, "weir");
});
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
});

/** Postgres, which a test may take away. */
class CutStore implements LeaseStore {
  isCut = false;

  async take(name: string, holder: string, ttl: number, deadlineMs: number) {
    if (this.isCut) throw new Error("away");
    return takeConsoleLease(sql, name, holder, ttl, deadlineMs);
  }

  async release(name: string, epoch: number, holder: string, deadlineMs: number) {
    if (this.isCut) throw new Error("away");
    await releaseConsoleLease(sql, { name, epoch }, holder, deadlineMs);
  }
}

/** A console that writes down its terms. */
function contender(name: LeaseName, ttl = ttlMs) {
  const store = new CutStore();
  const leases = new ConsoleLeases({ store, clock: systemClock, warn: () => {}, ttlMs: ttl });
  const terms: Term[] = [];
  leases.hold(name, async (term) => {
    terms.push(term);
    await pause(60_000, term.signal);
  });
  return { store, leases, terms };
}

test("[CA1] of two consoles one acts; when it ends the other does, in a term of its own", async () => {
  const one = contender("jobs");
  await eventually(() => expect(one.terms).toHaveLength(1));
  const other = contender("jobs");
  const started = performance.now();
  // Longer than a lease lasts without being renewed.
  await eventually(() => expect(performance.now() - started).toBeGreaterThan(ttlMs * 1.5));

  expect([one.terms.length, other.terms.length, other.leases.term("jobs")]).toEqual([1, 0, null]);
  await one.leases.close();
  expect(one.terms[0]!.signal.aborted).toBe(true);
  await eventually(() => expect(other.terms).toHaveLength(1));
  expect(other.terms[0]!.epoch).toBe(one.terms[0]!.epoch + 1);
  await other.leases.close();
});

test("[CA2] a console that cannot renew stops before another begins", async () => {
  const one = contender("alerts", 2_000);
  await eventually(() => expect(one.terms).toHaveLength(1));
  let stoppedMs = 0;
  one.terms[0]!.signal.addEventListener("abort", () => {
    stoppedMs = performance.now();
  });
  const other = contender("alerts", 2_000);

  one.store.isCut = true;
  await eventually(() => expect(other.terms).toHaveLength(1));
  const begunMs = performance.now();

  expect(stoppedMs).toBeGreaterThan(0);
  expect(stoppedMs).toBeLessThan(begunMs);
  await Promise.all([one.leases.close(), other.leases.close()]);
});

test("[CA3] what a term that is over would write is not written", async () => {
  await sql`create table written (epoch bigint)`;
  const epochs: number[] = [];
  for (const holder of [crypto.randomUUID(), crypto.randomUUID()]) {
    await eventually(async () => {
      const epoch = await takeConsoleLease(sql, "samples", holder, 1, 5_000);
      expect(epoch).not.toBeNull();
      epochs.push(epoch!);
    });
  }
  for (const epoch of epochs) {
    await sql`with ${termPart(sql, { name: "samples", epoch })}
      insert into written select ${epoch}::bigint from term`;
  }

  expect(epochs).toEqual([1, 2]);
  expect(await sql`select epoch from written`).toEqual([{ epoch: 2 }]);
});

test("[CA3] what a holder does goes on after it has failed, in the same term", async () => {
  const leases = new ConsoleLeases({ store: new CutStore(), clock: systemClock, warn: () => {} });
  const epochs: number[] = [];
  leases.hold("jobs", async (term) => {
    epochs.push(term.epoch);
    if (epochs.length === 1) throw new Error("once");
    await pause(60_000, term.signal);
  });
  await eventually(() => expect(epochs).toHaveLength(2));

  expect(epochs[0]).toBe(epochs[1]);
  await leases.close();
});
