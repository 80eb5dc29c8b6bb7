import { expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { startServer } from "../testing/http-server.ts";
import { RawConnection } from "../testing/raw-connection.ts";

test.each([
  ["a V2 client", "  V2IDENTIFY\n"],
  ["a V2 client after its body", "  V2IDENTIFY\n\0\0\0\x02{}SUB a b\n"],
  ["words", "hello\n"],
  ["a request line with a version that is none", "GET / HTTP/9.9\r\n\r\n"],
  ["no Host where HTTP/1.1 wants one", "GET /ping HTTP/1.1\r\n\r\n"],
  ["a length that is none", "POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"],
  ["bytes", "\x16\x03\x01\x02\x00\x01\x00"],
])("[HT15] %s is answered HTTP/1.1 400, and the connection ends", async (_, bytes) => {
  await using server = await startServer();
  using raw = new RawConnection(server.port);

  raw.write(Buffer.from(bytes, "latin1"));

  await eventually(() => expect(raw.received.slice(0, 24)).toBe("HTTP/1.1 400 Bad Request"));
  await eventually(() => expect(raw.ended).toBe(true));
});

test("[HT15] the reply is seen by a client that goes on sending", async () => {
  await using server = await startServer();
  using raw = new RawConnection(server.port);

  raw.write("  V2IDENTIFY\n");
  raw.write(Buffer.alloc(200_000));

  await eventually(() => expect(raw.received).toMatch(/^HTTP\/1\.1 400 /));
});

test("[HT16] a connection serves one request after the other, also when they come at once", async () => {
  await using server = await startServer();
  using raw = new RawConnection(server.port);

  raw.write("POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  await eventually(() => expect(raw.received).toMatch(/200 OK[\s\S]*OK$/));
  raw.write("GET /ping HTTP/1.1\r\nHost: x\r\n\r\nGET /topic HTTP/1.1\r\nHost: x\r\n\r\n");

  await eventually(() =>
    expect(raw.received.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 404"]),
  );
  expect(raw.ended).toBe(false);
  expect(server.broker.topics.get("t")!.messageCount).toBe(1);
});

test("[HT16] a refused request leaves its connection usable", async () => {
  await using server = await startServer({ options: { "max-msg-size": 10 } });
  using raw = new RawConnection(server.port);

  raw.write(`POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n${"x".repeat(11)}`);
  await eventually(() => expect(raw.received).toContain("MSG_TOO_BIG"));
  raw.write("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n");

  await eventually(() => expect(raw.received).toMatch(/\r\n\r\nOK$/));
});

test("[HT16] HTTP/1.0 is answered and closed, or kept where it asks for that", async () => {
  await using server = await startServer();
  using once = new RawConnection(server.port);
  using kept = new RawConnection(server.port);

  once.write("GET /ping HTTP/1.0\r\n\r\n");
  kept.write("GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

  await eventually(() => expect(once.received).toMatch(/^HTTP\/1\.[01] 200 OK\r\n[\s\S]*\r\n\r\nOK$/));
  await eventually(() => expect(once.ended).toBe(true));
  await eventually(() => expect(kept.received).toMatch(/\r\n\r\nOK$/));
  kept.write("GET /stats?format=json HTTP/1.0\r\n\r\n");
  await eventually(() => expect(kept.received).toMatch(/"producers":null}$/));
});

test("[HX7] requests are logged as nsqd logs them, publishes are not", async () => {
  await using server = await startServer();

  await server.get("/stats?format=json");
  await server.post("/pub?topic=t", "x");
  await server.post("/mpub?topic=t", "x");
  await server.post("/pub/?topic=t", "x");
  await server.get("/nothing");

  expect(server.logged).toEqual([
    expect.stringMatching(/^info 200 GET \/stats\?format=json \(127\.0\.0\.1:\d+\) [\d.]+(ms|µs)$/),
    expect.stringMatching(/^info 307 POST \/pub\/\?topic=t /),
    expect.stringMatching(/^info 404 GET \/nothing /),
  ]);
});

test("[HX8] a handler that fails is a 500 and a log line, and the server goes on", async () => {
  await using server = await startServer();
  const broken = new Error("broken on purpose");
  server.broker.deleteTopic = () => {
    throw broken;
  };
  server.broker.ensureTopic("t");

  const reply = await server.post("/topic/delete?topic=t");

  expect([reply.status, reply.text]).toEqual([500, '{"message":"INTERNAL_ERROR"}']);
  expect(server.logged[0]).toContain("broken on purpose");
  expect((await server.get("/ping")).text).toBe("OK");
});
