import { expect, test } from "vitest";
import { messageId } from "../broker/frame.ts";
import type { ChosenMessagesAnswer } from "../protocol/chosen-messages.ts";
import { type Held, TestConsumer } from "../testing/http-consumer.ts";
import { secret, startServer, type TestServer } from "../testing/http-server.ts";

const guarded = { authorization: `Bearer ${secret}` };
const billing = "topic=orders&channel=billing";

/** A server with three messages in flight. */
async function withHeld(): Promise<[TestServer, readonly Held[]]> {
  const server = await startServer();
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "orders", "billing", 3);
  for (const body of ["one", "two", "three"]) await server.post("/pub?topic=orders", body);
  server.broker.settle();
  return [server, consumer.held];
}

const act = (server: TestServer, query: string, body: string, headers: Record<string, string> = guarded) =>
  server.post(`/v1/channel/messages?${query}`, body, headers);
const idOf = ({ logId, seq }: Held) => messageId(logId, seq);

test("[RD13] of each message is said whether it was still there, and the log names the operator", async () => {
  const [server, [one, two, three]] = await withHeld();
  await using _ = server;
  const channel = server.broker.topics.get("orders")!.channels.get("billing")!;
  const gone = messageId(one!.logId, three!.seq + 1);

  const finished = await act(
    server,
    `${billing}&verb=finish&by=ada%40home`,
    `${idOf(one!)}\n${idOf(two!)}\n${gone}\n`,
  );
  const again = await act(server, `${billing}&verb=requeue&by=ada`, [two!, three!].map(idOf).join("\r\n"));

  expect([finished.status, again.status]).toEqual([200, 200]);
  const outcomes = (text: string) => (JSON.parse(text) as ChosenMessagesAnswer).messages;
  expect(outcomes(finished.text)).toEqual([
    { id: idOf(one!), outcome: "done" },
    { id: idOf(two!), outcome: "done" },
    { id: gone, outcome: "not-there" },
  ]);
  expect(outcomes(again.text).map(({ outcome }) => outcome)).toEqual(["not-there", "done"]);
  expect([channel.finishCount, channel.requeueCount, channel.exceptions.size]).toEqual([2, 1, 1]);
  expect(server.logged).toContain("info CHANNEL(orders/billing): 2 messages finished by operator ada@home");
});

test("[RD14] what is not understood is refused whole", async () => {
  const [server, [one]] = await withHeld();
  await using _ = server;
  const channel = server.broker.topics.get("orders")!.channels.get("billing")!;
  const id = idOf(one!);
  const refused: readonly (readonly [query: string, body: string, status: number])[] = [
    [`${billing}&verb=finish`, "", 400],
    [`${billing}&verb=finish`, `${id}\n${id.toUpperCase()}x`, 400],
    [`${billing}&verb=finish`, `${id}\n${id.slice(1)}`, 400],
    [`${billing}&verb=drop`, id, 400],
    [`${billing}&verb=move`, id, 400],
    [billing, id, 400],
    [`${billing}&verb=finish&by=a%0Ab`, id, 400],
    [`${billing}&verb=finish&by=${"a".repeat(129)}`, id, 400],
    [`${billing}&verb=finish`, `${id}\n`.repeat(501), 400],
    [`${billing}&verb=finish`, `${id}\n`.repeat(1_000), 413],
    ["topic=orders&channel=other&verb=finish", id, 404],
    ["topic=other&channel=billing&verb=finish", id, 404],
    ["topic=orders&verb=finish", id, 400],
  ];

  for (const [query, body, status] of refused)
    expect((await act(server, query, body)).status, query).toBe(status);
  expect((await act(server, `${billing}&verb=finish`, id, {})).status).toBe(401);
  server.broker.leaving = true;
  expect((await act(server, `${billing}&verb=finish`, id)).status).toBe(503);
  server.broker.leaving = false;

  expect([channel.inFlightCount, channel.finishCount + 0]).toEqual([3, 0]);
  expect((await act(server, `${billing}&verb=finish`, id)).status).toBe(200);
});
