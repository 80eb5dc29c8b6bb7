import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import {
  checkSchemaName,
  DatabaseUrlError,
  HostChoice,
  openPool,
  parseDatabaseUrl,
  type Sql,
  withDeadline,
} from "./client.ts";

test("[SP5] a database URL names a TCP address or the directory of a socket", () => {
  expect(parseDatabaseUrl("postgres://ann:s%40cret@db.example:6000/shop?sslmode=require")).toEqual({
    hosts: [{ host: "db.example", port: 6000 }],
    user: "ann",
    password: "s@cret",
    database: "shop",
    ssl: "require",
    isPooled: false,
  });
  expect(parseDatabaseUrl("postgres://weir@localhost/weir?host=/run/pg")).toMatchObject({
    hosts: [{ host: "/run/pg", port: 5432 }],
    user: "weir",
    password: undefined,
    ssl: false,
  });
  expect(parseDatabaseUrl("postgresql://u@[::1]/d").hosts).toEqual([{ host: "::1", port: 5432 }]);
});

test.each([
  ["postgres://u@one:6001,two,[::1]:6003/d", ["one:6001", "two:5432", "::1:6003"]],
  ["postgres://u@one,two:6002/d", ["one:5432", "two:6002"]],
  ["postgres://u@x/d?host=one,two&port=6001,6002", ["one:6001", "two:6002"]],
  ["postgres://u@x:6005/d?host=/run/a,/run/b", ["/run/a:6005", "/run/b:6005"]],
  ["postgres:///d", ["localhost:5432"]],
])("[RP1] %s names its hosts as libpq reads them", (url, hosts) => {
  expect(parseDatabaseUrl(url).hosts.map(({ host, port }) => `${host}:${port}`)).toEqual(hosts);
});

test("[RP2] pgbouncer=true says that a pooler stands before Postgres", () => {
  expect(parseDatabaseUrl("postgres://u@h:6432/d?pgbouncer=true").isPooled).toBe(true);
  expect(parseDatabaseUrl("postgres://u@h:6432/d?pgbouncer=false").isPooled).toBe(false);
});

test.each([
  "",
  "postgres://u:hunter2@one,two/d?port=1,2,3",
  "postgres://u:hunter2@one:1:2/d",
  `postgres://u:hunter2@${"h,".repeat(16)}h/d`,
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

test("[RP14] a connection of the pool that could not be opened is opened when the server is there", async () => {
  const seen: string[] = [];
  const server = createServer((socket) => {
    seen.push("connected");
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  await using pool = disposable(
    openPool(parseDatabaseUrl(`postgres://u@127.0.0.1:${port}/d`), { schema: "weir", name: "test", max: 1 }),
  );
  await expect(withDeadline(pool.sql`select 1`, 5_000)).rejects.toThrow(/ECONNREFUSED/);
  await expect(withDeadline(pool.sql`select 1`, 5_000)).rejects.toThrow(/ECONNREFUSED/);

  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  const asked = withDeadline(pool.sql`select 1`, 5_000).catch(() => {});
  await expect.poll(() => seen).not.toEqual([]);
  await pool.sql.end({ timeout: 0 });
  await asked;
  server.close();
});

test("[RP14] what it begins with is said once, however often it could not be opened", async () => {
  const heard: Buffer[] = [];
  const server = createServer((socket) => socket.on("data", (bytes: Buffer) => heard.push(bytes)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const address = parseDatabaseUrl(`postgres://u@127.0.0.1:${port}/d`);
  let isUp = false;
  class Opening extends HostChoice {
    override open() {
      return isUp ? super.open() : Promise.reject(new Error("it refuses"));
    }
  }
  await using pool = disposable(
    openPool(address, { schema: "weir", name: "test", max: 1, hosts: new Opening(address.hosts) }),
  );
  for (let tries = 0; tries < 3; tries++)
    await expect(withDeadline(pool.sql`select 1`, 5_000)).rejects.toThrow("it refuses");

  isUp = true;
  const asked = withDeadline(pool.sql`select 1`, 5_000).catch(() => {});
  await expect.poll(() => Buffer.concat(heard).length, { timeout: 2_500 }).toBeGreaterThan(4);
  const said = Buffer.concat(heard);

  expect(said.readInt32BE()).toBe(said.length);
  await pool.sql.end({ timeout: 0 });
  await asked;
  server.close();
});

test("[RP15] a connection that was being opened when its pool was ended is not left behind", async () => {
  const heard: string[] = [];
  const server = createServer((socket) => {
    heard.push("open");
    socket.on("data", () => heard.push("greeted"));
    socket.on("close", () => heard.push("closed"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const address = parseDatabaseUrl(`postgres://u@127.0.0.1:${port}/d`);
  const gate = Promise.withResolvers<void>();
  class Slow extends HostChoice {
    override async open() {
      await gate.promise;
      return super.open();
    }
  }
  const sql = openPool(address, { schema: "weir", name: "test", max: 1, hosts: new Slow(address.hosts) });
  const asked = withDeadline(sql`select 1`, 5_000).catch((error: Error) => error.message);
  // The driver asks for a connection in a later turn.
  await new Promise(setImmediate);

  await sql.end({ timeout: 0 });
  gate.resolve();

  await expect.poll(() => heard).toEqual(["open", "closed"]);
  expect(await asked).toMatch(/CONNECTION_DESTROYED|ended/);
  server.close();
});

test("[RP14] a connection that ends in the turn in which it was given a statement is there again at once", async () => {
  const sockets: Socket[] = [];
  const ready = "5a0000000549";
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => {
      const isGreeting = !sockets.includes(socket);
      // One greeting, whole: AuthenticationOk. A statement: it was empty.
      if (isGreeting && bytes.readInt32BE() !== bytes.length) return socket.destroy();
      if (isGreeting) sockets.push(socket);
      socket.write(Buffer.from((isGreeting ? "520000000800000000" : "4900000004") + ready, "hex"));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const address = parseDatabaseUrl(`postgres://u@127.0.0.1:${port}/d`);
  let opened!: Socket;
  class Seen extends HostChoice {
    override async open() {
      opened = await super.open();
      return opened;
    }
  }
  await using pool = disposable(
    openPool(address, { schema: "weir", name: "test", max: 1, hosts: new Seen(address.hosts) }),
  );
  const ask = () => withDeadline(pool.sql.unsafe("").simple(), 2_500);
  await ask();

  const cutOff = new Promise<void>((resolve) => {
    setImmediate(() => {
      opened.destroy();
      ask()
        .catch(() => {})
        .finally(resolve);
    });
  });
  await cutOff;

  await ask();
  expect(sockets).toHaveLength(2);
  await pool.sql.end({ timeout: 0 });
  server.close();
});

function disposable(sql: Sql) {
  return { sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 0 }) };
}
