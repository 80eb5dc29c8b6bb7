import { expect, test } from "vitest";
import { AuditRing } from "../broker/audit-ring.ts";
import type { OutcomeLine } from "../protocol/live.ts";
import { eventually } from "../testing/eventually.ts";
import { TestConsumer } from "../testing/http-consumer.ts";
import { secret, startServer } from "../testing/http-server.ts";
import { LineStream } from "../testing/line-stream.ts";

const guarded = { authorization: `Bearer ${secret}` };
const billing = "topic=orders&channel=billing&state=both";

test("[JB9] what is requeued in bulk is so by whoever asked for it, first and later deliveries alike", async () => {
  await using server = await startServer({ audit: new AuditRing(1_024) });
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "orders", "billing", 2);
  for (const body of ["one", "two"]) await server.post("/pub?topic=orders", body);
  server.broker.settle();
  const [{ logId, seq }] = consumer.held as [(typeof consumer.held)[0]];
  consumer.subscription!.requeue(logId, seq, 60_000);
  using stream = new LineStream<OutcomeLine>(server.port, "/v1/outcomes?topic=orders&event=requeue");
  await eventually(() => expect(stream.status).toBe(200));

  expect((await server.post(`/v1/requeue?${billing}&by=a%0Ab`, "", guarded)).status).toBe(400);
  const answer = await server.post(`/v1/requeue?${billing}&by=ada%40home`, "", guarded);

  expect(JSON.parse(answer.text)).toEqual({ messages: 2, done: 2 });
  const told = () => stream.lines.filter((line) => line.type === "outcome");
  await eventually(() => expect(told()).toHaveLength(2));
  expect(told().map(({ client }) => client?.clientId)).toEqual(["operator ada@home", "operator ada@home"]);
});
