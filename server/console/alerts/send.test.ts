import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { parseNetworks } from "../../daemon/networks.ts";
import { refusalOf } from "./addresses.ts";
import { sendWebhook, urlRefusal } from "./send.ts";

const loopback = parseNetworks(["127.0.0.0/8", "::1/128"])!;
const atMs = 1_700_000_000_500;

async function receiver(listen: RequestListener) {
  const server = createServer(listen);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?x=1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const send = (url: string, allowed: typeof loopback | null = loopback) =>
  sendWebhook({ url, secret: "s", id: "d", body: '{"a":1}', atMs, allowed });

test("[AL5] what is sent is signed with its time, so that who has the secret can tell it from anything else", async () => {
  const got: { request: IncomingMessage; body: string }[] = [];
  await using hook = await receiver((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      got.push({ request, body });
      response.writeHead(204).end();
    });
  });
  const tried = await send(hook.url);
  const [{ request, body }] = got as [(typeof got)[0]];
  const mac = createHmac("sha256", "s").update(`1700000000.${body}`).digest("hex");

  expect(tried).toMatchObject({ ok: true, status: 204, error: null });
  expect([request.method, request.url, body]).toEqual(["POST", "/hook?x=1", '{"a":1}']);
  expect(request.headers["weir-signature"]).toBe(`t=1700000000,v1=${mac}`);
  expect(request.headers["weir-delivery"]).toBe("d");
});

test("[AL6] a redirect is not followed, and an answer is bounded in bytes", async () => {
  let hits = 0;
  await using target = await receiver((_, response) => {
    hits += 1;
    response.end();
  });
  await using redirecting = await receiver((_, response) => {
    response.writeHead(302, { location: target.url }).end();
  });
  await using endless = await receiver((_, response) => {
    response.write("x".repeat(100_000));
  });

  expect(await send(redirecting.url)).toMatchObject({ ok: false, status: 302 });
  expect(hits).toBe(0);
  expect(await send(endless.url)).toMatchObject({ ok: false, error: "its answer is too long" });
  expect(await send("http://127.0.0.1:1/")).toMatchObject({ ok: false, error: "nothing listens there" });
});

test("[AL6] a private address is refused as it is written and as it is resolved, unless it is allowed", async () => {
  let hits = 0;
  await using inside = await receiver((_, response) => {
    hits += 1;
    response.end();
  });
  const { port } = new URL(inside.url);
  for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]) {
    const tried = await send(`http://${host}:${port}/`, null);
    expect(tried.ok, host).toBe(false);
    expect(tried.error, host).toMatch(/is a private one|is nobody's/);
  }

  expect(hits).toBe(0);
  expect((await send(`http://localhost:${port}/`)).ok).toBe(true);
});

test.each([
  ["10.1.2.3", "private"],
  ["172.31.0.1", "private"],
  ["192.168.1.1", "private"],
  ["100.64.0.1", "private"],
  ["fd00::1", "private"],
  ["::ffff:10.0.0.1", "private"],
  ["::ffff:a00:1", "private"],
  ["64:ff9b::a00:1", "private"],
  ["169.254.169.254", "nobody"],
  ["::ffff:a9fe:a9fe", "nobody"],
  ["fe80::1%eth0", "nobody"],
  ["0.0.0.0", "nobody"],
  ["255.255.255.255", "nobody"],
  ["fd00:ec2::254", "nobody"],
  ["1.1.1.1", null],
  ["2606:4700::1111", null],
])("[AL6] %s is %s", (address, what) => {
  const refusal = refusalOf(address, null);

  if (what === null) expect(refusal).toBeNull();
  else expect(refusal).toContain(what);
  // Not even where all of IPv4 and IPv6 is allowed.
  const all = refusalOf(address, parseNetworks(["0.0.0.0/0", "::/0"]));
  expect(all === null).toBe(what !== "nobody");
});

test("[AL6] an address is https or http, and holds no password", () => {
  expect(["https://a.example/x", "http://a.example"].map(urlRefusal)).toEqual([null, null]);
  for (const text of ["ftp://a", "javascript:alert(1)", "https://u:p@a.example", "file:///etc/passwd", "x"])
    expect(urlRefusal(text), text).not.toBeNull();
});
