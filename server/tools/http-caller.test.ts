import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { answering } from "../testing/answering.ts";
import { HttpCaller } from "./http-caller.ts";

const settings = { connectTimeoutMs: 1_000, requestTimeoutMs: 1_000, connectionsMax: 2 };

interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers `/` with `status` and that place; every other path with 200. */
async function redirecting(status: number, location: string) {
  const heard: Heard[] = [];
  const server = await answering(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    heard.push({ method: request.method!, path: request.url!, headers: request.headers, body });
    if (request.url === "/") response.writeHead(status, { location });
    response.end(request.url);
  });
  return Object.assign(server, { heard, url: `http://${server.address}/` });
}

test.each([
  [301, "GET", ""],
  [302, "GET", ""],
  [303, "GET", ""],
  [307, "POST", "body"],
  [308, "POST", "body"],
])("[TL4] a POST that is answered with %i goes on as a %s", async (status, method, body) => {
  await using server = await redirecting(status, "next?x=1");
  using http = new HttpCaller(settings);

  const answer = await http.call(server.url, { method: "POST", body: Buffer.from("body") }, 1_000);

  expect([answer.status, answer.body.toString()]).toEqual([200, "/next?x=1"]);
  expect(server.heard.map((one) => [one.method, one.path, one.body])).toEqual([
    ["POST", "/", "body"],
    [method, "/next?x=1", body],
  ]);
});

test("[TL4] what was meant for one host is not told to another", async () => {
  await using other = await redirecting(200, "");
  await using server = await redirecting(302, `${other.url}there`);
  using http = new HttpCaller(settings);

  const headers = { Authorization: "Bearer secret", cookie: "a=b", "x-trace": "1" };
  await http.status(server.url, { method: "GET", headers });

  expect(server.heard[0]!.headers).toMatchObject({ authorization: "Bearer secret", cookie: "a=b" });
  expect(Object.keys(other.heard[0]!.headers)).not.toContain("authorization");
  expect(Object.keys(other.heard[0]!.headers)).not.toContain("cookie");
  expect(other.heard[0]!.headers["x-trace"]).toBe("1");
});

test.each([
  ["in a circle", "/", "stopped after 10 redirects"],
  ["to a file", "file:///etc/passwd", "not http: file:"],
  ["nowhere", "http://", "Invalid URL"],
])("[TL4] a redirect %s is an error", async (_, location, reason) => {
  await using server = await redirecting(302, location);
  using http = new HttpCaller(settings);

  await expect(http.status(server.url, { method: "GET" })).rejects.toThrow(reason);
  expect(server.heard.length).toBeLessThanOrEqual(11);
});

test("[TL4] no more connections to a host than it was told, however many ask", async () => {
  const open = new Set<ServerResponse>();
  let most = 0;
  await using server = await answering((request, response) => {
    request.resume();
    open.add(response);
    most = Math.max(most, open.size);
    if (open.size < 2) return;
    // What was sent with these two has come by then.
    setImmediate(() => {
      for (const one of open) one.end();
      open.clear();
    });
  });
  using http = new HttpCaller(settings);

  await Promise.all(
    Array.from({ length: 50 }, () => http.status(`http://${server.address}`, { method: "GET" })),
  );

  expect(most).toBe(2);
});

test("[TL4] a connection that its server has closed meanwhile is not the request's fault", async () => {
  const used = new Set<Socket>();
  await using server = await answering((request, response) => {
    request.resume();
    if (used.has(request.socket)) return void request.socket.resetAndDestroy();
    used.add(request.socket);
    response.end();
  });
  using http = new HttpCaller(settings);

  for (let call = 0; call < 3; call++)
    expect(await http.status(`http://${server.address}`, { method: "POST", body: Buffer.from("x") })).toBe(
      200,
    );
  expect(used.size).toBe(3);
});

test("[TL4] an answer has limits: an endless one is an error, or no matter where it is not looked at", async () => {
  await using server = await answering((request, response) => {
    request.resume();
    const chunk = Buffer.alloc(1024 * 1024);
    const more = () => {
      while (response.write(chunk));
    };
    response.on("drain", more);
    more();
  });
  using http = new HttpCaller({ ...settings, requestTimeoutMs: 10_000 });
  const url = `http://${server.address}`;

  await expect(http.call(url, { method: "GET" }, 1_000)).rejects.toThrow("an answer of more than 1000 bytes");
  expect(await http.status(url, { method: "GET" })).toBe(200);
});
