import { expect, test } from "vitest";
import { AuditRing } from "../broker/audit-ring.ts";
import type { OutcomeLine } from "../protocol/live.ts";
import { eventually } from "../testing/eventually.ts";
import { TestConsumer } from "../testing/http-consumer.ts";
import { secret, startServer, type TestServer } from "../testing/http-server.ts";
import { LineStream } from "../testing/line-stream.ts";

async function outcomes(server: TestServer, query: string): Promise<LineStream<OutcomeLine>> {
  const stream = new LineStream<OutcomeLine>(server.port, `/v1/outcomes?topic=orders${query}`);
  await eventually(() => expect(stream.status).toBe(200));
  return stream;
}
const told = (stream: LineStream<OutcomeLine>) => stream.lines.filter((line) => line.type === "outcome");

test("[TT9] what happens to messages is told as it happens, as far as it is wanted", async () => {
  const audit = new AuditRing(1_024);
  await using server = await startServer({ audit });
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "orders", "billing", 10);
  new TestConsumer(server).subscribe(server, "orders", "mail", 10);
  using all = await outcomes(server, "");
  using second = await outcomes(server, "&channel=billing&event=deliver,finish&min=2&client=client-");
  using nobody = await outcomes(server, "&client=somebody-else");
  await server.post("/pub?topic=orders", "one");
  server.broker.settle();
  const [{ logId, seq }] = consumer.held as [(typeof consumer.held)[0]];
  consumer.subscription!.requeue(logId, seq, 0);
  server.broker.settle();
  // Whoever writes the audit takes the records away; they have been looked at before.
  audit.drain(audit.waiting);
  consumer.subscription!.finish(logId, seq);

  await eventually(() => expect(told(all)).toHaveLength(6));
  expect(
    told(all)
      .filter(({ channel }) => channel !== "mail")
      .map(({ event, channel, attempts }) => [event, channel, attempts]),
  ).toEqual([
    ["publish", "", 0],
    ["deliver", "billing", 1],
    ["requeue", "billing", 1],
    ["deliver", "billing", 2],
    ["finish", "billing", 2],
  ]);
  await eventually(() => expect(told(second).map(({ event }) => event)).toEqual(["deliver", "finish"]));
  expect(told(second)[0]).toMatchObject({
    ...{ id: expect.stringMatching(/^[0-9a-f]{16}$/), count: 1 },
    client: { clientId: consumer.identity.clientId, hostname: "client.example.com" },
  });
  expect(told(nobody)).toEqual([]);
});

test("[TT10] of a flood a hundred lines a second are told, and how many messages there were", async () => {
  const audit = new AuditRing(1_024);
  await using server = await startServer({ audit });
  server.broker.ensureTopic("orders");
  using stream = await outcomes(server, "&event=publish");

  // Each of its own, so that they are no run.
  for (let n = 0; n < 500; n++) {
    audit.record(1, { topicName: "orders", channelName: "" }, null, 7, n * 2, 1, 0, 0, n);
  }

  const sampled = await eventually(() => {
    const [found] = stream.lines.filter((line) => line.type === "sampled");
    expect(found).toBeDefined();
    return found;
  });
  expect(sampled).toEqual({ type: "sampled", seen: 500, shown: 100 });
  expect(told(stream)).toHaveLength(100);
});

test("[TT9] who leaves leaves nothing behind", async () => {
  const audit = new AuditRing(1_024);
  await using server = await startServer({ audit });
  server.broker.ensureTopic("orders");
  const stream = await outcomes(server, "");
  expect(audit.onDrain.size).toBe(1);

  stream[Symbol.dispose]();

  await eventually(() => expect(audit.onDrain.size).toBe(0));
});

test.each([
  ["topic=orders", 409, "NO_AUDIT"],
  ["topic=nobody", 404, "TOPIC_NOT_FOUND"],
  ["topic=orders&event=fin", 400, "INVALID_FILTER"],
  ["topic=orders&min=-1", 400, "INVALID_FILTER"],
  ["topic=orders&channel=a+b", 400, "INVALID_ARG_CHANNEL"],
])("[TT9] /v1/outcomes?%s is %i %s", async (query, status, word) => {
  await using server = await startServer();
  server.broker.ensureTopic("orders");

  const reply = await server.get(`/v1/outcomes?${query}`, { authorization: `Bearer ${secret}` });

  expect([reply.status, reply.text]).toEqual([status, expect.stringContaining(word)]);
});
