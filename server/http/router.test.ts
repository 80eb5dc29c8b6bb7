import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../testing/http-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test.each([
  ["POST", "/ping", "GET, OPTIONS"],
  ["HEAD", "/ping", "GET, OPTIONS"],
  ["GET", "/pub", "OPTIONS, POST"],
  ["GET", "/topic/create", "OPTIONS, POST"],
  ["DELETE", "/channel/delete", "OPTIONS, POST"],
  ["POST", "/config/log_level", "GET, OPTIONS, PUT"],
])("[HT2] %s %s is 405 and allows %s", async (method, path, allow) => {
  const reply = await server.send(method, path);

  expect([reply.status, reply.headers.allow]).toEqual([405, allow]);
  expect(reply.text).toBe(method === "HEAD" ? "" : '{"message":"METHOD_NOT_ALLOWED"}');
});

test.each([
  ["/stats", "GET, OPTIONS"],
  ["/mpub?topic=t", "OPTIONS, POST"],
  ["/config/anything", "GET, OPTIONS, PUT"],
  ["*", "GET, OPTIONS, POST, PUT"],
])("[HT2] OPTIONS %s is 200 and allows %s", async (path, allow) => {
  const reply = await server.send("OPTIONS", path);

  expect([reply.status, reply.headers.allow, reply.text]).toEqual([200, allow, ""]);
});

test.each([
  ["GET", "/ping/", 301, "/ping"],
  ["GET", "//ping", 301, "/ping"],
  ["GET", "/PING", 301, "/ping"],
  ["GET", "/Stats/?format=json", 301, "/stats?format=json"],
  ["POST", "/pub/?topic=t", 307, "/pub?topic=t"],
  ["POST", "/topic//create?topic=a%23ephemeral", 307, "/topic/create?topic=a%23ephemeral"],
  ["POST", "/x/../Channel/Create", 307, "/channel/create"],
  ["PUT", "/Config/log_level", 307, "/config/log_level"],
])("[HT2] %s %s is %i to %s", async (method, path, status, location) => {
  const reply = await server.send(method, path, method === "GET" ? undefined : "x");

  expect([reply.status, reply.headers.location]).toEqual([status, location]);
});

test.each([
  ["GET", "/"],
  ["GET", "/config/"],
  ["GET", "/config/a/b"],
  ["GET", "/PUB"],
  ["POST", "/ping/"],
  ["OPTIONS", "/nothing"],
  ["GET", "/__proto__"],
])("[HT2] %s %s is 404", async (method, path) => {
  expect((await server.send(method, path)).status).toBe(404);
});

test("[HT2] a path may be percent-encoded, and a target absolute", async () => {
  expect((await server.get("/%70ing")).text).toBe("OK");
  expect((await server.get("http://127.0.0.1/ping")).text).toBe("OK");
});
