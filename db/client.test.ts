import { expect, test } from "vitest";
import { checkSchemaName, DatabaseUrlError, parseDatabaseUrl } from "./client.ts";

test("[SP5] a database URL names a TCP address or the directory of a socket", () => {
  expect(parseDatabaseUrl("postgres://ann:s%40cret@db.example:6000/shop?sslmode=require")).toEqual({
    host: "db.example",
    port: 6000,
    user: "ann",
    password: "s@cret",
    database: "shop",
    ssl: "require",
  });
  expect(parseDatabaseUrl("postgres://weir@localhost/weir?host=/run/pg")).toMatchObject({
    host: "/run/pg",
    port: 5432,
    user: "weir",
    password: undefined,
    ssl: false,
  });
  expect(parseDatabaseUrl("postgresql://u@[::1]/d").host).toBe("::1");
});

test.each([
  "",
  "nonsense",
  "mysql://x",
  "postgres://u:hunter2@h:99999/d",
  "postgres://u:hunter2@h/d?sslmode=maybe",
])("[SP6] the database URL %j is refused without being quoted", (url) => {
  expect(() => parseDatabaseUrl(url)).toThrow(DatabaseUrlError);
  expect(() => parseDatabaseUrl(url)).not.toThrow(/hunter2/);
});

test.each(["", "Weir", "9weir", 'we"ir', "pg_weir", "a".repeat(64), "we ir"])(
  "[SP7] the cluster name %j is refused",
  (name) => {
    expect(() => checkSchemaName(name)).toThrow(DatabaseUrlError);
  },
);
