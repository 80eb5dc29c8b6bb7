import postgres from "postgres";
import { expect, test } from "vitest";
import { freshDatabase, ownPostgres } from "../testing/postgres.ts";

function connect(url: string): postgres.Sql {
  const { username, pathname, searchParams } = new URL(url);
  const host = searchParams.get("host")!;
  return postgres({ host, user: username, database: pathname.slice(1), max: 1, fetch_types: false });
}

async function query(url: string, run: (sql: postgres.Sql) => Promise<unknown>): Promise<unknown> {
  const sql = connect(url);
  try {
    return await run(sql);
  } finally {
    await sql.end();
  }
}

test("[PG1] a row that was committed is there after kill -9 and a start", async () => {
  await using server = await ownPostgres();
  await query(server.url, (sql) => sql`create table kept (id int)`);
  await query(server.url, (sql) => sql`insert into kept values (42)`);

  await server.kill9();
  await server.start();

  expect(await query(server.url, (sql) => sql`select id from kept`)).toEqual([{ id: 42 }]);
});

test("[PG5] two fresh databases do not see one another", async () => {
  await using one = await freshDatabase();
  await using other = await freshDatabase();
  await query(one.url, (sql) => sql`create table mine (id int)`);

  const found = await query(other.url, (sql) => sql`select to_regclass('mine')::text as found`);

  expect(found).toEqual([{ found: null }]);
});
