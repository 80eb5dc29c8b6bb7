import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type AuthServer, everything, startAuthServer } from "../testing/auth-server.ts";
import { certificate } from "../testing/certificates.ts";
import { Authority, type AuthorityOptions } from "./authority.ts";
import { Grants } from "./grants.ts";

const query = { secret: Buffer.from("secret"), remoteIp: "127.0.0.1", isTls: false, commonName: "" };
const logged: string[] = [];
const release: Disposable[] = [];
afterEach(() => {
  logged.length = 0;
  for (const held of release.splice(0)) held[Symbol.dispose]();
});

function authority(addresses: readonly string[], options: Partial<AuthorityOptions> = {}): Authority {
  return new Authority({
    addresses,
    method: "get",
    connectTimeoutMs: 500,
    requestTimeoutMs: 500,
    isStrict: false,
    rootCa: null,
    random: () => 0,
    log: (text) => logged.push(text),
    ...options,
  });
}

function ask(asked: Authority, signal = new AbortController().signal) {
  return asked.ask(query, signal);
}

/** A server of bytes, at `127.0.0.1:port`. */
async function rawServer(onConnection: Parameters<Server["on"]>[1]): Promise<string> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  release.push({
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe("[AU4] within its timeouts there is an answer, and it is no leave, from a server that", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

  test.each<[string, Parameters<Server["on"]>[1]]>([
    ["says nothing", () => {}],
    ["ends at once", (socket) => socket.destroy()],
    ["ends in the middle", (socket) => socket.end(`${head}Content-Length: 100\r\n\r\n{`)],
    ["says what is no HTTP", (socket) => socket.end("E_BAD_PROTOCOL")],
    [
      "drips",
      (socket) => {
        socket.write(`${head}Content-Length: 100000\r\n\r\n`);
        const drop = setInterval(() => socket.write(" "), 20);
        socket.on("close", () => clearInterval(drop));
      },
    ],
    [
      "never ends its headers",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const line = setInterval(() => socket.write("X-More: more\r\n"), 20);
        socket.on("close", () => clearInterval(line));
      },
    ],
  ])("%s", async (_, onConnection) => {
    const begunMs = performance.now();

    expect(await ask(authority([await rawServer(onConnection)]))).toBeNull();

    expect(performance.now() - begunMs).toBeLessThan(1_500);
    expect(logged).toHaveLength(1);
    expect(logged.join()).not.toContain("secret");
  });

  test("is not there", async () => {
    expect(await ask(authority(["127.0.0.1:1"]))).toBeNull();
    expect(await ask(authority(["no address at all"]))).toBeNull();
    expect(await ask(authority(["ftp://127.0.0.1/"]))).toBeNull();
  });

  test("says more than a reply can be, and its memory is not taken", async () => {
    const part = Buffer.alloc(1024 * 1024, " ");
    let sent = 0;
    const address = await rawServer((socket) => {
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
      const feed = (): void => {
        while (
          sent++ < 1_000 &&
          socket.write(Buffer.concat([Buffer.from("100000\r\n"), part, Buffer.from("\r\n")]))
        );
      };
      socket.on("drain", feed);
      feed();
    });

    expect(await ask(authority([address], { requestTimeoutMs: 10_000 }))).toBeNull();

    expect(sent).toBeLessThan(50);
    expect(logged[0]).toContain("a reply beyond 1048576 bytes");
  });
});

describe("[AU5] of several servers", () => {
  test("the next is asked when one fails, and each may be the first", async () => {
    await using good = await startAuthServer();
    const addresses = ["127.0.0.1:1", good.address, "127.0.0.1:1"];

    for (const random of [0, 0.4, 0.99]) {
      expect((await ask(authority(addresses, { random: () => random })))?.identity).toBe("everybody");
    }

    expect(good.asked).toHaveLength(3);
  });

  test("none is asked any more when the client has gone", async () => {
    await using good = await startAuthServer();
    const silent = await rawServer(() => {});
    const client = new AbortController();
    const asking = ask(authority([silent, good.address], { requestTimeoutMs: 10_000 }), client.signal);

    client.abort();

    expect(await asking).toBeNull();
    expect(good.asked).toHaveLength(0);
  });
});

describe("[AU6] a server that wants TLS", () => {
  const root = certificate({ subject: "root", ca: true });
  const served = certificate({ subject: "auth", issuer: root, names: ["127.0.0.1"], usages: ["serverAuth"] });

  test("and says where is asked there, if it is who it says", async () => {
    await using secure = await startAuthServer(everything, served);
    await using plain = await startAuthServer({
      status: 403,
      text: `{"message": "TLS_REQUIRED", "https_port": ${secure.port}}`,
    });

    expect((await ask(authority([plain.address], { rootCa: root.certPem })))?.identity).toBe("everybody");
    expect(secure.asked[0]).toMatchObject({ path: "/auth" });
    expect(await ask(authority([plain.address]))).toBeNull();
    expect(secure.asked).toHaveLength(1);
  });

  test("is asked by its whole address", async () => {
    await using secure = await startAuthServer(everything, served);
    const asked = authority([`https://${secure.address}/who`], { rootCa: root.certPem, method: "post" });

    expect((await ask(asked))?.identity).toBe("everybody");
    expect(secure.asked[0]).toMatchObject({ path: "/who", method: "POST" });
  });

  test.each(["0", "65536", "-1", '"443"', "1.5"])("at a port that is none (%s) is not", async (port) => {
    await using plain: AuthServer = await startAuthServer({ status: 403, text: `{"https_port": ${port}}` });

    expect(await ask(authority([plain.address]))).toBeNull();
  });
});

describe("[AU7] a reply", () => {
  const granted = (topic: string, channels = ["c"]) =>
    JSON.stringify({ ttl: 1, authorizations: [{ topic, channels, permissions: ["subscribe"] }] });

  test("in the strict mode grants whole names only", () => {
    const strict = Grants.read(granted("orders"), { isStrict: true }) as Grants;
    const loose = Grants.read(granted("orders"), { isStrict: false }) as Grants;

    expect(strict.allows("subscribe", "orders", "c")).toBe(true);
    expect(strict.allows("subscribe", "orders-secret", "c")).toBe(false);
    expect(strict.allows("subscribe", "orders", "cc")).toBe(false);
    expect(loose.allows("subscribe", "orders-secret", "cc")).toBe(true);
  });

  test("may leave out or null what may be empty, as in Go", () => {
    const grants = Grants.read('{"ttl":5,"identity":null,"authorizations":[{"topic":"t"}]}', {
      isStrict: false,
    });

    expect(grants).toMatchObject({ identity: "", identityUrl: "", ttlMs: 5_000, count: 1 });
    expect((grants as Grants).allows("publish", "t", "")).toBe(false);
  });

  test("of names like an object's own is no different", () => {
    const grants = Grants.read(granted("__proto__"), { isStrict: true }) as Grants;

    expect(grants.allows("subscribe", "__proto__", "c")).toBe(true);
    expect(grants.allows("subscribe", "constructor", "c")).toBe(false);
  });

  test("of too many patterns is refused, soon", () => {
    const many = Array.from({ length: 2_000 }, (_, i) => ({
      topic: `t${i}`,
      channels: ["c"],
      permissions: [],
    }));
    const heavy = Array.from({ length: 100 }, (_, i) => ({
      topic: `^${i}[a-z]{0,500}$`,
      channels: [],
      permissions: [],
    }));
    const begunMs = performance.now();

    expect(Grants.read(JSON.stringify({ ttl: 1, authorizations: many }), { isStrict: false })).toMatch(
      /patterns/,
    );
    expect(Grants.read(JSON.stringify({ ttl: 1, authorizations: heavy }), { isStrict: false })).toMatch(
      /patterns/,
    );

    expect(performance.now() - begunMs).toBeLessThan(2_000);
  });

  test("keeps what it says of a client short", () => {
    const long = JSON.stringify({ ttl: 1, identity: "i".repeat(100_000), authorizations: [] });

    expect((Grants.read(long, { isStrict: false }) as Grants).identity).toHaveLength(1_024);
  });
});
