import { expect, test } from "vitest";
import { freshDatabase } from "../server/testing/postgres.ts";
import { openPool, parseDatabaseUrl, type Sql } from "./client.ts";
import { migrate, SchemaTooNewError } from "./migrate.ts";

async function withPools<T>(
  url: string,
  schema: string,
  many: number,
  act: (pools: Sql[]) => Promise<T>,
): Promise<T> {
  const address = parseDatabaseUrl(url);
  const pools = Array.from({ length: many }, () => openPool(address, { schema, name: "test", max: 1 }));
  try {
    return await act(pools);
  } finally {
    await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
  }
}

test("[SP1] twenty nodes that start at once leave one schema, each migration applied once", async () => {
  await using database = await freshDatabase();

  await withPools(database.url, "weir", 20, async (pools) => {
    const applied = await Promise.all(pools.map((pool) => migrate(pool, "weir")));

    const rows = await pools[0]!<{ idx: number }[]>`select idx from migrations order by idx`;
    expect(rows.map((row) => row.idx)).toEqual(rows.map((_, index) => index));
    expect(applied.reduce((sum, count) => sum + count, 0)).toBe(rows.length);
    expect(await migrate(pools[0]!, "weir")).toBe(0);
  });
});

test("[SP2] two clusters share a database, each in a schema of its own", async () => {
  await using database = await freshDatabase();

  for (const schema of ["weir", "_other2"]) {
    await withPools(database.url, schema, 1, async ([pool]) => {
      await migrate(pool!, schema);
      await pool!`insert into users (name, role) values (${schema}, 'admin')`;
      await pool!`select audit_make_partition('2026-01-02')`;

      expect((await pool!`select name from users`).map((row) => row["name"])).toEqual([schema]);
      expect(await pool!`select * from audit_events`).toEqual([]);
    });
  }
});

test("[SP3] a schema that is newer than this version is refused and left alone", async () => {
  await using database = await freshDatabase();

  await withPools(database.url, "weir", 1, async ([pool]) => {
    await migrate(pool!, "weir");
    await pool!`insert into migrations (idx, tag) values (9999, 'of_the_future')`;

    await expect(migrate(pool!, "weir")).rejects.toThrow(SchemaTooNewError);
  });
});

test("[SP4] days of the audit are made ahead by many at once, and dropped by age", async () => {
  await using database = await freshDatabase();

  await withPools(database.url, "weir", 5, async (pools) => {
    await migrate(pools[0]!, "weir");
    await Promise.all(
      pools.map(async (pool) => {
        await pool`select audit_make_partition('2026-01-01')`;
        await pool`select audit_make_partition('2026-01-02')`;
      }),
    );

    const [row] = await pools[0]!`select audit_drop_partitions('2026-01-02') as dropped`;
    expect(row!["dropped"]).toBe(1);
    const left = await pools[0]!`select relname from pg_class where relname ~ '^audit_batches_[0-9]{8}$'`;
    expect(left.map((found) => found["relname"])).toEqual(["audit_batches_20260102"]);
  });
});
