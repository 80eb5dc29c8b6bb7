import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { startServer, type TestServer } from "../testing/http-server.ts";
import { RawConnection } from "../testing/raw-connection.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ options: { "max-msg-size": 100, "max-body-size": 1_000 } });
  server.broker.ensureTopic("known").ensureChannel("c");
});
afterAll(() => server[Symbol.asyncDispose]());

const counted = (...items: Buffer[]) => Buffer.concat([int(items.length), ...items]);
const item = (body: string) => Buffer.concat([int(body.length), Buffer.from(body)]);
const int = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

type Row = [method: string, path: string, body: string | Buffer, status: number, word: string];

const topicRows = (verb: string): Row[] => [
  ["POST", `/topic/${verb}`, "", 400, "MISSING_ARG_TOPIC"],
  ["POST", `/topic/${verb}?topic=a;b`, "", 400, "INVALID_REQUEST"],
  ["POST", `/topic/${verb}?topic=%zz`, "", 400, "INVALID_REQUEST"],
];
const channelRows = (verb: string): Row[] => [
  ["POST", `/channel/${verb}?x=%`, "", 400, "INVALID_REQUEST"],
  ["POST", `/channel/${verb}`, "", 400, "MISSING_ARG_TOPIC"],
  ["POST", `/channel/${verb}?channel=c`, "", 400, "MISSING_ARG_TOPIC"],
  ["POST", `/channel/${verb}?topic=a%20b&channel=c`, "", 400, "INVALID_ARG_TOPIC"],
  ["POST", `/channel/${verb}?topic=nobody`, "", 400, "MISSING_ARG_CHANNEL"],
  ["POST", `/channel/${verb}?topic=nobody&channel=a+b`, "", 400, "INVALID_ARG_CHANNEL"],
  ["POST", `/channel/${verb}?topic=nobody&channel=c`, "", 404, "TOPIC_NOT_FOUND"],
];

const rows: Row[] = [
  ...["create", "delete", "empty", "pause", "unpause"].flatMap(topicRows),
  ["POST", "/topic/create?topic=", "", 400, "INVALID_TOPIC"],
  ["POST", "/topic/create?topic=a/b", "", 400, "INVALID_TOPIC"],
  ["POST", `/topic/create?topic=${"a".repeat(65)}`, "", 400, "INVALID_TOPIC"],
  ["POST", "/topic/empty?topic=a%0Ab", "", 400, "INVALID_TOPIC"],
  ["POST", "/topic/empty?topic=nobody", "", 404, "TOPIC_NOT_FOUND"],
  ["POST", "/topic/delete?topic=nobody", "", 404, "TOPIC_NOT_FOUND"],
  ["POST", "/topic/delete?topic=a%20b", "", 404, "TOPIC_NOT_FOUND"],
  ["POST", "/topic/pause?topic=a%20b", "", 404, "TOPIC_NOT_FOUND"],
  ["POST", "/topic/unpause?topic=__proto__", "", 404, "TOPIC_NOT_FOUND"],

  ...["create", "delete", "empty", "pause", "unpause"].flatMap(channelRows),
  ...["delete", "empty", "pause", "unpause"].map(
    (verb): Row => ["POST", `/channel/${verb}?topic=known&channel=other`, "", 404, "CHANNEL_NOT_FOUND"],
  ),

  ["POST", "/pub?topic=t", "x".repeat(101), 413, "MSG_TOO_BIG"],
  ["POST", "/pub?topic=t", "", 400, "MSG_EMPTY"],
  ["POST", "/pub?topic=%", "x", 400, "INVALID_REQUEST"],
  ["POST", "/pub", "x", 400, "MISSING_ARG_TOPIC"],
  ["POST", "/pub?topic=", "x", 400, "INVALID_TOPIC"],
  ["POST", "/pub?topic=t&defer=soon", "x", 400, "INVALID_DEFER"],

  ["POST", "/mpub?topic=t", "x".repeat(1_001), 413, "BODY_TOO_BIG"],
  ["POST", "/mpub?topic=%", "x", 400, "INVALID_REQUEST"],
  ["POST", "/mpub", "x", 400, "MISSING_ARG_TOPIC"],
  ["POST", "/mpub?topic=a*", "x", 400, "INVALID_TOPIC"],
  ["POST", "/mpub?topic=t", `ok\n${"x".repeat(101)}\n`, 413, "MSG_TOO_BIG"],
  ["POST", "/mpub?topic=t&binary=true", "abc", 413, "BAD_BODY"],
  ["POST", "/mpub?topic=t&binary=true", counted(item("x".repeat(101))), 413, "BAD_MESSAGE"],

  ["GET", "/stats?topic=a;b", "", 400, "INVALID_REQUEST"],
  ["GET", "/config/nothing", "", 400, "INVALID_OPTION"],
  ["PUT", "/config/log_level", "", 413, "INVALID_VALUE"],
  ["GET", "/nothing", "", 404, "NOT_FOUND"],
  ["POST", "/put?topic=t", "x", 404, "NOT_FOUND"],
  ["POST", "/create_topic?topic=t", "", 404, "NOT_FOUND"],
  ["GET", "/debug/pprof/", "", 404, "NOT_FOUND"],
  ["GET", "/pub?topic=t", "", 405, "METHOD_NOT_ALLOWED"],
];

test.each(rows)("[HT1] %s %s with %j is refused with %i %s", async (method, path, body, status, word) => {
  const reply = await server.send(method, path, body);

  expect(reply.status).toBe(status);
  expect(reply.text).toBe(`{"message":"${word}"}`);
  expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(reply.headers["x-nsq-content-type"]).toBe("nsq; version=1.0");
});

test.each([
  ["/topic/create?topic=made", null],
  ["/topic/create?topic=made", null],
  ["/topic/pause?topic=made", null],
  ["/topic/unpause?topic=made", null],
  ["/topic/empty?topic=made", null],
  ["/channel/create?topic=made&channel=c", null],
  ["/channel/pause?topic=made&channel=c", null],
  ["/channel/unpause?topic=made&channel=c", null],
  ["/channel/empty?topic=made&channel=c", null],
  ["/channel/delete?topic=made&channel=c", null],
  ["/topic/delete?topic=made", null],
  ["/pub?topic=t", "x"],
  ["/mpub?topic=t", "x\ny"],
])("[HT1] POST %s succeeds as nsqd says it does", async (path, body) => {
  const reply = await server.post(path, body ?? "");

  expect(reply.status).toBe(200);
  expect(reply.text).toBe(body === null ? "" : "OK");
  expect(reply.headers["content-type"]).toBe(body === null ? undefined : "text/plain; charset=utf-8");
  expect(reply.headers["content-length"]).toBe(body === null ? "0" : "2");
});

test("[HT1] acts on topics and channels do what they say", async () => {
  const { topics } = server.broker;

  await server.post("/topic/create?topic=acts");
  await server.post("/channel/create?topic=acts&channel=c");
  await server.post("/topic/pause?topic=acts");
  await server.post("/channel/pause?topic=acts&channel=c");

  const topic = topics.get("acts")!;
  expect([topic.paused, topic.channels.get("c")!.paused]).toEqual([true, true]);
  await server.post("/pub?topic=acts", "x");
  expect(topic.depth).toBe(1);
  await server.post("/topic/empty?topic=acts");
  expect(topic.depth).toBe(0);
  await server.post("/channel/delete?topic=acts&channel=c");
  expect(topic.channels.size).toBe(0);
  await server.post("/topic/delete?topic=acts");
  expect(topics.has("acts")).toBe(false);
});

test("[HT1] a node that stops refuses publishes with 503 EXITING", async () => {
  await using stopping = await startServer();
  stopping.broker.exiting = true;

  const replies = [await stopping.post("/pub?topic=t", "x"), await stopping.post("/mpub?topic=t", "x")];

  expect(replies.map(({ status, text }) => [status, text])).toEqual([
    [503, '{"message":"EXITING"}'],
    [503, '{"message":"EXITING"}'],
  ]);
});

test("[HT14] the version header is on every endpoint of the API and not on /ping", async () => {
  const paths = ["/info", "/stats", "/stats?format=json", "/config/log_level", "/nothing"];
  const replies = await Promise.all(paths.map((path) => server.get(path)));
  const ping = await server.get("/ping");

  expect(replies.map(({ headers }) => headers["x-nsq-content-type"])).toEqual(
    paths.map(() => "nsq; version=1.0"),
  );
  expect(ping.headers["x-nsq-content-type"]).toBeUndefined();
  expect([ping.status, ping.text, ping.headers["content-type"]]).toEqual([
    200,
    "OK",
    "text/plain; charset=utf-8",
  ]);
});

test("[HT14] headers are spelt as nsqd spells them", async () => {
  using raw = new RawConnection(server.port);

  raw.write("POST /topic/create HTTP/1.1\r\nHost: x\r\n\r\n");

  await eventually(() => expect(raw.received).toContain("MISSING_ARG_TOPIC"));
  expect(raw.received).toMatch(/\r\nX-Nsq-Content-Type: nsq; version=1\.0\r\n/);
  expect(raw.received).toMatch(
    /\r\nContent-Type: application\/json; charset=utf-8\r\nContent-Length: 31\r\n/,
  );
});

test("[HT14] /ping says what is wrong, in plain text", async () => {
  await using ill = await startServer();
  ill.health = "NOK - the disk is full";

  const { status, text } = await ill.get("/ping");

  expect([status, text]).toEqual([500, "NOK - the disk is full"]);
});
