import { expect, test } from "vitest";
import { freshDatabase } from "../../server/testing/postgres.ts";
import { openPool, parseDatabaseUrl } from "../client.ts";
import { migrate } from "../migrate.ts";
import { selectServerHealth } from "./server-health.ts";

test("[CW8] a server tells how it does to an ordinary user, and its WAL only grows", async () => {
  await using database = await freshDatabase();
  const sql = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "test", max: 2 });
  await migrate(sql, "weir");

  const before = await selectServerHealth(sql);
  await sql`create table written as select generate_series(1, 5000) as n`;
  const after = await selectServerHealth(sql);
  await sql.end();

  expect(before).toMatchObject({ synchronousCommit: "on", synchronousStandbyNames: "", standbys: [] });
  expect(before.version).toMatch(/^\d+/);
  expect(before.primary).toContain("/");
  expect(before.databaseBytes).toBeGreaterThan(1_000_000);
  expect(before.connectionsOpen).toBeGreaterThan(0);
  expect(before.connectionsMax).toBeGreaterThan(before.connectionsOpen);
  expect(after.walBytes).toBeGreaterThan(before.walBytes);
});
