import type { Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Message, Producer } from "../../client/browser/index.ts";
import { pings } from "../console/bridge/bridge.ts";
import { apiPaths, type BrowserConnections } from "../console/contract/index.ts";
import { BridgeWorld, type RawSocket } from "../testing/bridge.ts";
import { eventually } from "../testing/eventually.ts";

let world: BridgeWorld;

beforeAll(async () => {
  world = await BridgeWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

test("[BC1] a page consumes a channel like any service, and the node has its answers", async () => {
  await world.publish("bc1", "one", "two", "three");
  const bodies: string[] = [];
  const outcomes: string[] = [];
  world.consume("bc1", async (message) => {
    bodies.push(message.text);
    outcomes.push(await message.finish());
  });

  await eventually(() => expect(outcomes).toHaveLength(3));

  expect(bodies.sort()).toEqual(["one", "three", "two"]);
  expect(outcomes).toEqual(["ok", "ok", "ok"]);
  await eventually(async () =>
    expect(await world.channelOf("bc1")).toMatchObject({ depth: 0, in_flight_count: 0 }),
  );
});

test("[BC1] a topic that nobody has yet is consumed once somebody publishes to it", async () => {
  const bodies: string[] = [];
  const consumer = world.consume("bc1-later", (message) => {
    bodies.push(message.text);
    return message.finish();
  });
  await eventually(() => expect(consumer.state).toBe("consuming"));

  await world.publish("bc1-later", "late");

  await eventually(() => expect(bodies).toEqual(["late"]));
});

test("[BC1] a requeued message comes again after its delay, a touched one stays", async () => {
  await world.publish("bc1-req", "x");
  const attempts: number[] = [];
  world.consume("bc1-req", async (message) => {
    attempts.push(message.attempts);
    if (message.attempts === 1) return await message.requeue(10);
    const before = message.remainingMs;
    expect(await message.touch()).toBe("ok");
    expect(message.remainingMs).toBeGreaterThanOrEqual(before - 50);
    return await message.finish();
  });

  await eventually(() => expect(attempts).toEqual([1, 2]));
});

test("[BC2] what a page holds when it goes is delivered again at once", async () => {
  await world.publish("bc2", "held");
  const { promise: held, resolve } = Promise.withResolvers<Message>();
  const first = world.consume("bc2", resolve);
  await held;

  first.close();
  const { promise: again, resolve: come } = Promise.withResolvers<Message>();
  world.consume("bc2", come);

  expect(await again).toMatchObject({ attempts: 2 });
  await expect((await held).finish()).resolves.toBe("not-in-flight");
});

test("[BC2] an answer that comes after the message timeout is told so, and the message is somebody's again", async () => {
  await using short = await BridgeWorld.start({ "msg-timeout": "500ms" });
  await short.publish("bc2-late", "x");
  const lost: Message[] = [];
  const outcomes: string[] = [];
  const { promise: first, resolve } = Promise.withResolvers<Message>();
  const consumer = short.consume("bc2-late", async (message) => {
    if (message.attempts === 1) resolve(message);
    else outcomes.push(await message.finish());
  });
  consumer.on("lost", (message) => lost.push(message));

  await eventually(() => expect(outcomes).toContain("ok"));

  await eventually(async () => expect(lost).toContain(await first));
  await expect((await first).finish()).resolves.toBe("not-in-flight");
});

test("[BC3] a page publishes, and hears the broker's word", async () => {
  const producer = new Producer({
    url: world.console.url,
    headers: { origin: world.console.url },
    token: async () => (await world.mint({ topics: ["bc3"], verbs: ["pub"] })).token,
  });

  await expect(producer.publish("bc3", "x")).resolves.toEqual({ again: false });
  await expect(producer.publish("bc3", "x", { key: "k" })).resolves.toEqual({ again: false });
  await expect(producer.publish("bc3", "x", { key: "k" })).resolves.toEqual({ again: true });
  await expect(producer.publish("bc3", "x", { deferMs: 60_000 })).resolves.toEqual({ again: false });
  await expect(producer.publishMany("bc3", ["y", "z"])).resolves.toEqual({ again: false });
  await expect(producer.publish("bc3", "")).rejects.toMatchObject({ code: "bad-request" });
  await expect(producer.publish("other", "x")).rejects.toMatchObject({ code: "not-allowed" });
  expect((await world.node.topic("bc3")).message_count).toBe(5);
  producer.close();
  await expect(producer.publish("bc3", "x")).rejects.toMatchObject({ code: "closed" });
});

test("[BC5] who is there is seen, and can be throttled and sent away", async () => {
  await world.publish("bc5", "x");
  const consumer = world.consume("bc5", () => {}, { maxInFlight: 7 });
  const seen = await eventually(async () => {
    const one = await world.connectionOn("bc5");
    expect(one).toMatchObject({ user: "admin", rdy: 7, inFlight: 1 });
    return one;
  });

  await world.console.post(apiPaths.consumeThrottle(seen.id), { rdy: 2 });
  expect(await world.connectionOn("bc5")).toMatchObject({ rdyAsked: 7, rdy: 2, throttledTo: 2 });

  await world.console.post(apiPaths.consumeDisconnect(seen.id), { reason: "enough" });
  await eventually(() => expect(consumer.state).toBe("closed"));
  await eventually(async () =>
    expect(await world.channelOf("bc5")).toMatchObject({ in_flight_count: 0, depth: 1 }),
  );
});

test("[BC6] pages of a group of each have every message, those of a shared one part them", async () => {
  const seen: string[][] = [[], []];
  const each = seen.map((bodies) =>
    world.consume(
      "bc6",
      (message) => {
        bodies.push(message.text);
        return message.finish();
      },
      { group: "each" },
    ),
  );
  await world.node.act("/topic/create?topic=bc6");
  await eventually(async () => expect((await world.node.topic("bc6")).channels).toHaveLength(2));

  await world.publish("bc6", "for all");

  await eventually(() => expect(seen).toEqual([["for all"], ["for all"]]));
  expect(new Set(each.map(({ channel }) => channel)).size).toBe(2);
});

test("[BC4] a page that does not read holds what RDY allows and no more, and others go on", async () => {
  const topic = "bc4";
  const body = "x".repeat(400_000);
  const { token } = await world.mint();
  const blocked = await world.connected(world.raw({ token }));
  const sub = { topic, channel: "page", rdy: 40 };
  await new Promise((answered) => blocked.emit("sub", sub, answered));
  // Its bytes are not taken from the kernel any more, as those of a tab that is blocked are not.
  bytesOf(blocked).pause();
  const bodies: number[] = [];
  world.consume(topic, (message) => {
    bodies.push(message.bytes.length);
    return message.finish();
  });

  await world.publish(topic, ...Array.from({ length: 100 }, () => body));

  const held = await eventually(
    async () => {
      const { connections } = await world.console.read<BrowserConnections>(apiPaths.consumeConnections);
      const one = connections.find(({ topic: of, tab }) => of === topic && tab === "tab")!;
      expect(one.inFlight + bodies.length).toBe(100);
      return one;
    },
    { withinMs: 20_000 },
  );
  expect(held.inFlight).toBeLessThanOrEqual(40);
  expect(bodies.length).toBeGreaterThanOrEqual(60);
  await eventually(async () => {
    const { connections } = await world.console.read<BrowserConnections>(apiPaths.consumeConnections);
    expect(connections.find(({ id }) => id === held.id)).toMatchObject({ isSlow: true, rdy: 0 });
  });

  blocked.disconnect();
  await eventually(() => expect(bodies).toHaveLength(100));
});

test("[BC4] a page that goes on asking and reads no answer is hung up on before they pile up", async () => {
  const topic = "bc4-asks";
  const { token } = await world.mint();
  const asking = await world.connected(world.raw({ token }));
  await new Promise((answered) => asking.emit("sub", { topic, channel: "page", rdy: 40 }, answered));
  bytesOf(asking).pause();
  await world.publish(topic, ...Array.from({ length: 40 }, () => "x".repeat(400_000)));
  await eventually(async () => expect(await world.connectionOn(topic)).toMatchObject({ isSlow: true }));

  for (let asked = 0; asked < 2_000; asked++) asking.emit("rdy", 40, () => {});

  await eventually(async () => {
    const { connections } = await world.console.read<BrowserConnections>(apiPaths.consumeConnections);
    expect(connections.filter(({ topic: of }) => of === topic)).toEqual([]);
  });
  asking.disconnect();
});

test("[BC13] a page whose cable is pulled is gone in time, and what it held goes back", async () => {
  expect(pings.intervalMs + pings.timeoutMs).toBeLessThan(30_000);
  await using impatient = await BridgeWorld.start({}, { pagePings: { intervalMs: 300, timeoutMs: 500 } });
  await impatient.publish("bc13", "held");
  const { token } = await impatient.mint();
  const ghost = await impatient.connected(impatient.raw({ token }));
  await new Promise((answered) => ghost.emit("sub", { topic: "bc13", channel: "page", rdy: 1 }, answered));
  await eventually(async () => expect(await impatient.connectionOn("bc13")).toMatchObject({ inFlight: 1 }));

  // Nothing is heard of it any more, and nothing ends its connection.
  bytesOf(ghost).pause();

  await eventually(async () => {
    await expect(impatient.connectionOn("bc13")).rejects.toThrow("no page");
    expect(await impatient.channelOf("bc13")).toMatchObject({ in_flight_count: 0, depth: 1 });
  });
});

/** What lies under a page's socket. */
function bytesOf(socket: RawSocket): Socket {
  return (socket.io.engine.transport as unknown as { ws: { _socket: Socket } }).ws._socket;
}
