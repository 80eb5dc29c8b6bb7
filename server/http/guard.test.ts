import { expect, test } from "vitest";
import { secret, startServer } from "../testing/http-server.ts";

const everywhere = [
  ["GET", "/ping"],
  ["POST", "/topic/delete?topic=t"],
  ["POST", "/pub?topic=t"],
  ["OPTIONS", "/pub"],
  ["GET", "/nothing"],
  ["GET", "/v1/live"],
] as const;
const foreign = ["http://evil.test", "https://evil.test:4151", "null", "", "http://127.0.0.1:1", "file://"];

test.each(everywhere.flatMap(([method, path]) => foreign.map((origin) => [method, path, origin] as const)))(
  "[HX1] %s %s from the origin %j is refused",
  async (method, path, origin) => {
    await using server = await startServer();
    server.broker.ensureTopic("t");

    const reply = await server.send(method, path, "x", { origin });

    expect(reply.status).toBe(403);
    expect(JSON.parse(reply.text).message).toMatch(/^FOREIGN_ORIGIN: /);
    expect(server.broker.topics.get("t")!.messageCount).toBe(0);
  },
);

test("[HX1] a page of the node's own address, and who is no page, may ask", async () => {
  await using server = await startServer();

  const own = await server.get("/ping", { origin: server.url });
  const none = await server.get("/ping");

  expect([own.status, none.status]).toEqual([200, 200]);
  expect([own, none].some(({ headers }) => "access-control-allow-origin" in headers)).toBe(false);
});

test.each([
  "127.0.0.1",
  "127.0.0.1:4151",
  "10.1.2.3",
  "[::1]:4151",
  "[fe80::1]",
  "localhost:4151",
  "nsqd",
  "nsqd_1:4151",
  "host-of-tests",
  "node.example.com:4151",
  "NODE.example.com.",
  "queue.internal.test",
])("[HX2] the Host %s is this node's", async (host) => {
  await using server = await startServer({ options: { "http-allowed-host": ["queue.internal.test"] } });

  expect((await server.get("/ping", { host })).status).toBe(200);
});

test.each([
  "evil.test",
  "evil.test:4151",
  "127.0.0.1.evil.test",
  "node.example.com.evil.test",
  "a b",
  "x:y:z",
  "[::1",
])("[HX2] the Host %s is not, on any path", async (host) => {
  await using server = await startServer();
  server.broker.ensureTopic("t");

  for (const [method, path] of everywhere) {
    const reply = await server.send(method, path, "x", { host });
    expect(reply.status, path).toBe(421);
    expect(JSON.parse(reply.text).message).toMatch(/^UNKNOWN_HOST: .*--http-allowed-host/);
  }
  expect(server.broker.topics.get("t")!.messageCount).toBe(0);
});

test("[HX2] nor is the host of an absolute target", async () => {
  await using server = await startServer();

  expect((await server.get("http://evil.test/ping")).status).toBe(421);
});

const v1 = ["/v1/live", "/v1/tap?topic=t"];

test.each(
  v1.flatMap((path) =>
    [undefined, `Bearer ${secret}x`, "Bearer ", `Basic ${secret}`, secret].map(
      (given) => [path, given] as const,
    ),
  ),
)("[HX3] %s with the authorization %s is refused, and the attempt logged", async (path, authorization) => {
  await using server = await startServer();
  server.broker.ensureTopic("t");

  const reply = await server.get(path, authorization === undefined ? {} : { authorization });

  expect([reply.status, reply.headers["www-authenticate"]]).toEqual([401, "Bearer"]);
  expect(server.logged[0]).toMatch(/^warn HTTP: wrong or no secret from 127\.0\.0\.1/);
  expect(server.logged.join()).not.toContain(secret);
});

test("[HX3] a node without a secret has no /v1 for anybody", async () => {
  await using server = await startServer({ secret: null });

  const reply = await server.get("/v1/live", { authorization: "Bearer " });

  expect(reply.status).toBe(403);
  expect(reply.text).toContain("--cluster-secret-file");
});
