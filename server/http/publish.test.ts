import { expect, test } from "vitest";
import { messageId } from "../broker/frame.ts";
import type { Backlog } from "../broker/ports.ts";
import { eventually } from "../testing/eventually.ts";
import { TestConsumer } from "../testing/http-consumer.ts";
import { startServer, type TestServer } from "../testing/http-server.ts";
import { RawConnection } from "../testing/raw-connection.ts";

const words = ({ status, text }: { status: number; text: string }) => `${status} ${text}`;
const refused = (status: number, word: string) => `${status} {"message":"${word}"}`;
const depthOf = (server: TestServer, topic: string) => server.broker.topics.get(topic)?.depth;

test("[HT3] a body is judged before the topic, and the topic before the deferral", async () => {
  await using server = await startServer({ options: { "max-msg-size": 10 } });

  const replies = [
    await server.post("/pub", "x".repeat(11)),
    await server.post("/pub", ""),
    await server.post("/pub?topic=%&defer=x", "x"),
    await server.post("/pub?defer=x", "x"),
    await server.post("/pub?topic=a+b&defer=x", "x"),
  ];

  expect(replies.map(words)).toEqual([
    refused(413, "MSG_TOO_BIG"),
    refused(400, "MSG_EMPTY"),
    refused(400, "INVALID_REQUEST"),
    refused(400, "MISSING_ARG_TOPIC"),
    refused(400, "INVALID_TOPIC"),
  ]);
  expect(server.broker.topics.size).toBe(0);
});

test("[HT3] a body declared too long is refused before any of it has come", async () => {
  await using server = await startServer();
  using plain = new RawConnection(server.port);
  using polite = new RawConnection(server.port);

  plain.write("POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
  polite.write(
    "POST /mpub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: 5242881\r\nExpect: 100-continue\r\n\r\n",
  );

  await eventually(() => expect(plain.received).toMatch(/^HTTP\/1.1 413 [\s\S]*MSG_TOO_BIG/));
  await eventually(() => expect(polite.received).toMatch(/^HTTP\/1.1 413 [\s\S]*BODY_TOO_BIG/));
  await eventually(() => expect([plain.ended, polite.ended]).toEqual([true, true]));
});

test("[HT3] who sends on after the refusal can read it", async () => {
  await using server = await startServer();
  using raw = new RawConnection(server.port);

  raw.write("POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
  raw.write(Buffer.alloc(3_000_000));

  await eventually(() => expect(raw.ended).toBe(true));
  expect(raw.received).toMatch(/^HTTP\/1.1 413 [\s\S]*MSG_TOO_BIG/);
});

test("[HT3] who asks before sending is told to", async () => {
  await using server = await startServer();
  using raw = new RawConnection(server.port);

  raw.write("POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  await eventually(() => expect(raw.received).toBe("HTTP/1.1 100 Continue\r\n\r\n"));
  raw.write("abc");

  await eventually(() => expect(raw.received).toMatch(/200 OK[\s\S]*OK$/));
});

test.each([
  ["/pub?topic=t", 10, "MSG_TOO_BIG"],
  ["/mpub?topic=t", 20, "BODY_TOO_BIG"],
  ["/mpub?topic=t&binary=true", 20, "BODY_TOO_BIG"],
  ["/config/log_level", 10, "INVALID_VALUE"],
])("[HT4] a chunked %s may have %i bytes and not one more", async (path, bytesMax, word) => {
  await using server = await startServer({ options: { "max-msg-size": 10, "max-body-size": 20 } });
  const method = path.startsWith("/config") ? "PUT" : "POST";
  const chunked = { "transfer-encoding": "chunked" };

  const lines = "123456789\n".repeat(3);

  const most = await server.send(method, path, lines.slice(0, bytesMax), chunked);
  const more = await server.send(method, path, lines.slice(0, bytesMax + 1), chunked);

  expect(most.text).not.toContain("TOO_BIG");
  expect(words(more)).toBe(refused(413, word));
});

test("[HT4] a chunked body without an end is cut off at the limit", async () => {
  await using server = await startServer({ options: { "max-msg-size": 1_000 } });
  using raw = new RawConnection(server.port);

  raw.write("POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  raw.write(`3e8\r\n${"x".repeat(1_000)}\r\n1\r\nx\r\n`);

  await eventually(() => expect(raw.received).toMatch(/^HTTP\/1.1 413 [\s\S]*MSG_TOO_BIG/));
  await eventually(() => expect(raw.ended).toBe(true));
});

test.each([
  ["0", "200 OK"],
  ["+5", "200 OK"],
  ["3600000", "200 OK"],
  ["3600001", refused(400, "INVALID_DEFER")],
  ["-1", refused(400, "INVALID_DEFER")],
  ["", refused(400, "INVALID_DEFER")],
  ["1.5", refused(400, "INVALID_DEFER")],
  ["1e3", refused(400, "INVALID_DEFER")],
  ["99999999999999999999", refused(400, "INVALID_DEFER")],
])("[HT5] defer=%s is answered %s, and the topic is there either way", async (defer, answer) => {
  await using server = await startServer();

  const reply = await server.post(`/pub?topic=t&defer=${encodeURIComponent(defer)}`, "x");

  expect(words(reply)).toBe(answer);
  expect(depthOf(server, "t")).toBe(answer === "200 OK" ? 1 : 0);
});

test("[HT5] a deferred message waits as long as was said", async () => {
  await using server = await startServer();
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "t", "c");

  await server.post("/pub?topic=t&defer=5000", "later");
  server.advance(4_500);

  expect(consumer.held).toEqual([]);
  server.advance(1_000);
  expect(consumer.held.length).toBe(1);
});

test("[HT17] a name's # may be percent-encoded", async () => {
  await using server = await startServer();

  const reply = await server.post("/pub?topic=a%23ephemeral", "x");

  expect(words(reply)).toBe("200 OK");
  expect(server.broker.topics.get("a#ephemeral")!.messageCount).toBe(1);
});

test("[HX4] when memory is full a publish is refused with 503, and taken when there is room", async () => {
  const writes: (() => void)[] = [];
  const slow: Backlog = {
    write: (_topic, _block, done) => writes.push(done),
    read: (_range, done) => setImmediate(done, null),
    forget: () => {},
  };
  await using server = await startServer({ memBytes: 100_000, backlog: slow });
  const full = server.broker.ensureTopic("full");
  full.ensureChannel("c");
  const body = "x".repeat(20_000);

  let reply = await server.post("/pub?topic=full", body);
  for (let i = 0; i < 10 && reply.status === 200; i++) reply = await server.post("/pub?topic=full", body);

  expect(words(reply)).toBe(refused(503, "EXITING"));
  expect(reply.headers["retry-after"]).toBe("1");
  expect(words(await server.post("/mpub?topic=full", body))).toBe(refused(503, "EXITING"));
  for (const done of writes.splice(0)) done();

  expect(words(await server.post("/pub?topic=full", body))).toBe("200 OK");
});

test("[HX4] while memory is nearly full a publish waits for room, and goes on when there is", async () => {
  await using server = await startServer();
  let pressure = "hold";
  Object.defineProperty(server.broker, "pressure", { get: () => pressure });
  let answered = false;

  const publish = server.post("/pub?topic=t", "x").then((reply) => {
    answered = true;
    return reply;
  });
  await server.get("/ping");
  expect(answered).toBe(false);
  pressure = "none";

  expect(words(await publish)).toBe("200 OK");
});

test("[HX5] uploads under way are bounded together: the oldest is given up", async () => {
  await using server = await startServer({ options: { "max-body-size": 12 * 2 ** 20 } });
  const part = Buffer.alloc(11 * 2 ** 20, "x\n");
  const head = `POST /mpub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: ${part.length + 1}\r\n\r\n`;
  const uploads: RawConnection[] = [];

  for (let i = 0; i < 3; i++) {
    const upload = new RawConnection(server.port);
    uploads.push(upload);
    upload.write(head);
    upload.write(part);
    await eventually(() => expect(upload.socket.writableLength).toBe(0));
  }

  await eventually(() => expect(uploads[0]!.received).toMatch(/^HTTP\/1.1 503 [\s\S]*BUSY/));
  expect(uploads.slice(1).map(({ received }) => received)).toEqual(["", ""]);
  for (const upload of uploads) upload[Symbol.dispose]();
});

test("[HT18] who asks for it is told the id, of the first message of a topic too, and nobody else is", async () => {
  await using server = await startServer();
  const idOf = async (query: string) =>
    (await server.post(`/pub?topic=t${query}`, "x")).headers["x-nsq-message-id"];
  const ids = [await idOf("&id=true"), await idOf(""), await idOf("&id=true")];
  const deferred = await idOf("&id=true&defer=60000");
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "t", "c", 10);

  await eventually(() => expect(consumer.held.length).toBe(3));
  const held = consumer.held.map(({ logId, seq }) => messageId(logId, seq));
  expect(ids).toEqual([held[0], undefined, held[2]]);
  const { log } = server.broker.topics.get("t")!.deferred;
  expect(deferred).toBe(messageId(log!.id, 0));
});
