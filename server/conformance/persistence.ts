/** What a node's store must keep, whatever the store is. Called once for each. */
import { expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import type { Message } from "../testing/frames.ts";
import type { Flags, TestNode } from "../testing/node.ts";

const texts = (messages: Message[]) => messages.map(({ body }) => body.toString()).sort();

/** MP2. Where a genuine nsqd forgets how long a message was deferred, Weir keeps it. */
export function survivesCleanStop(start: () => Promise<TestNode>): void {
  test("topics, channels, pauses, and what is queued, held (with its attempts) and deferred", async () => {
    await using node = await start();
    await using producer = await connect(node.tcpPort);
    const consumer = await subscribe(node.tcpPort, "work", "c", { rdy: 2 });
    producer.mpub("work", ["held", "deferred", "queued", "queued too"]);
    producer.pub("alone", "in the topic");
    producer.dpub("work", 3_600_000, "in an hour");
    await producer.expectOk(3);
    const [held, deferred] = await consumer.messages(2);
    consumer.send("RDY 1\n", `REQ ${deferred!.id} 1\n`);
    consumer.req(held!.id, 0);
    await eventually(async () => expect((await node.channel("work", "c")).requeue_count).toBe(2));
    const again = await consumer.nextMessage();
    await node.act("/topic/create?topic=paused");
    await node.act("/topic/pause?topic=paused");
    await node.act("/channel/create?topic=work&channel=paused");
    await node.act("/channel/pause?topic=work&channel=paused");

    await node.restart();

    // A node serves before its store has answered: what it kept is there a moment later.
    await eventually(async () =>
      expect(await node.topic("alone")).toMatchObject({ depth: 1, message_count: 0, channels: [] }),
    );
    expect(await node.topic("paused")).toMatchObject({ paused: true });
    expect(await node.channel("work", "paused")).toMatchObject({ paused: true, depth: 0 });
    await eventually(async () =>
      expect(await node.channel("work", "c")).toMatchObject({
        depth: 4,
        in_flight_count: 0,
        deferred_count: 1,
        message_count: 0,
        requeue_count: 0,
      }),
    );
    await using next = await subscribe(node.tcpPort, "work", "c", { rdy: 10 });
    const messages = await next.messages(4);
    expect(texts(messages)).toEqual(["deferred", "held", "queued", "queued too"]);
    // Each delivery before the stop counts, that of what was in flight too.
    const delivered = new Map([held!, deferred!, again].map(({ id, attempts }) => [id, attempts]));
    for (const { id, attempts } of messages) expect(attempts).toBe((delivered.get(id) ?? 0) + 1);
    for (const { id } of messages) next.fin(id);
    await next.expectAlive();
    await using first = await subscribe(node.tcpPort, "alone", "c", { rdy: 1 });
    expect((await first.nextMessage()).body.toString()).toBe("in the topic");
  });

  test("nothing comes twice: what was finished before the stop stays finished", async () => {
    await using node = await start();
    await using consumer = await subscribe(node.tcpPort, "t", "c", { rdy: 100 });
    consumer.mpub(
      "t",
      Array.from({ length: 200 }, (_, index) => `${index}`),
    );
    await consumer.expectOk();
    for (const { id } of await consumer.messages(100)) consumer.fin(id);
    const held = await consumer.messages(100);
    for (const { id } of held.slice(0, 50)) consumer.fin(id);
    await consumer.expectAlive();

    await node.restart();
    await using next = await subscribe(node.tcpPort, "t", "c", { rdy: 100 });
    const messages = await next.messages(50);
    await next.expectNothing({ forMs: 100 });

    expect(texts(messages)).toEqual(texts(held.slice(50)));
  });

  test("a due time that passed while the node was down is due at its start", async () => {
    await using node = await start();
    await using producer = await subscribe(node.tcpPort, "t", "c");
    producer.dpub("t", 300, "soon");
    await producer.expectOk();

    await node.restart();
    await using consumer = await subscribe(node.tcpPort, "t", "c", { rdy: 1 });

    expect(await consumer.nextMessage()).toMatchObject({ attempts: 1, body: Buffer.from("soon") });
  });

  test("a hundred thousand messages, no byte of them changed", async () => {
    await using node = await start();
    const count = 100_000;
    const body = (index: number) => `${index}:${"x".repeat(index % 300)}`;
    {
      await using producer = await connect(node.tcpPort);
      for (let from = 0; from < count; from += 1_000) {
        producer.mpub(
          "t",
          Array.from({ length: 1_000 }, (_, index) => body(from + index)),
        );
      }
      await producer.expectOk(count / 1_000);
    }

    await node.restart();
    await using consumer = await subscribe(node.tcpPort, "t", "c", { rdy: 2_500 });
    const seen = new Set<number>();
    const wrong: string[] = [];
    for (let received = 0; received < count; received++) {
      const message = await consumer.nextMessage();
      const text = message.body.toString();
      const index = Number.parseInt(text, 10);
      if (text !== body(index) || seen.has(index)) wrong.push(text);
      seen.add(index);
      consumer.fin(message.id);
    }

    expect(wrong).toEqual([]);
    expect(seen.size).toBe(count);
    await eventually(async () =>
      expect(await node.channel("t", "c")).toMatchObject({ depth: 0, in_flight_count: 0 }),
    );
  });
}

/** MP4. Handed out with no memory allowed means stored: it is there after SIGKILL, perhaps twice. */
export function survivesKillWithoutMemory(start: (flags: Flags) => Promise<TestNode>): void {
  test("unread and unanswered messages are delivered again", async () => {
    await using node = await start({ "mem-queue-size": 0 });
    const bodies = Array.from({ length: 200 }, (_, index) => `message ${index}`);
    const consumer = await subscribe(node.tcpPort, "t", "c", { rdy: 100 });
    consumer.mpub("t", bodies);
    await consumer.expectOk();
    await consumer.messages(100);
    // The hundred that were not handed out are stored when memory holds none of them.
    await eventually(async () =>
      expect(await node.channel("t", "c")).toMatchObject({ depth: 100, backend_depth: 100 }),
    );

    await node.kill();
    await node.start();
    await using next = await subscribe(node.tcpPort, "t", "c", { rdy: 400 });
    const seen = new Set<string>();
    while (seen.size < bodies.length) seen.add((await next.nextMessage()).body.toString());

    expect([...seen].sort()).toEqual([...bodies].sort());
  });
}
