import { afterAll, beforeAll, expect, test } from "vitest";
import { Consumer, type ConsumerOptions, type Message, Producer } from "../../client/browser/index.ts";
import {
  apiPaths,
  type BrowserConnections,
  type MintedToken,
  type TokenRequest,
} from "../console/contract/index.ts";
import { TestConsole } from "../console/testing/test-console.ts";
import { eventually } from "../testing/eventually.ts";
import { startNode, type TestNode } from "../testing/node.ts";

let node: TestNode;
let console: TestConsole;

beforeAll(async () => {
  node = await startNode();
  console = await (await TestConsole.start([new URL(node.httpUrl).host])).signIn();
  await eventually(() => {
    if (console.server.collector.nodes[0]?.state.node?.tcpPort !== node.tcpPort)
      throw new Error("not heard of yet");
  });
});
afterAll(async () => {
  await console[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
});

async function mint(request: Partial<TokenRequest> = {}): Promise<MintedToken> {
  const response = await console.post(apiPaths.consumeTokens, { topics: ["*"], ...request });
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as MintedToken;
}

function consume(
  topic: string,
  onMessage: (message: Message) => unknown,
  more: Partial<ConsumerOptions> = {},
) {
  return new Consumer({
    url: console.url,
    headers: { origin: console.url },
    token: async () => (await mint()).token,
    topic,
    channel: "page",
    onMessage,
    ...more,
  });
}

async function publish(topic: string, ...bodies: readonly string[]): Promise<void> {
  for (const body of bodies) await fetch(`${node.httpUrl}/pub?topic=${topic}`, { method: "POST", body });
}

const statsOf = async (topic: string) => (await node.topic(topic)).channels[0];

test("[BC1] a page consumes a channel like any service, and the node has its answers", async () => {
  const topic = "bc1";
  await publish(topic, "one", "two", "three");
  const bodies: string[] = [];
  const outcomes: string[] = [];
  const consumer = consume(topic, async (message) => {
    bodies.push(message.text);
    outcomes.push(await message.finish());
  });

  await eventually(() => expect(outcomes).toHaveLength(3));

  expect(bodies.sort()).toEqual(["one", "three", "two"]);
  expect(outcomes).toEqual(["ok", "ok", "ok"]);
  await eventually(async () => expect(await statsOf(topic)).toMatchObject({ depth: 0, in_flight_count: 0 }));
  consumer.close();
});

test("[BC2] what a page holds when it goes is delivered again at once", async () => {
  const topic = "bc2";
  await publish(topic, "held");
  const { promise: held, resolve } = Promise.withResolvers<Message>();
  const first = consume(topic, resolve);
  await held;

  first.close();
  const { promise: again, resolve: come } = Promise.withResolvers<Message>();
  const second = consume(topic, come);

  expect(await again).toMatchObject({ attempts: 2 });
  await expect((await held).finish()).resolves.toBe("not-in-flight");
  second.close();
});

test("[BC3] a page publishes, and hears the broker's word", async () => {
  const producer = new Producer({
    url: console.url,
    headers: { origin: console.url },
    token: async () => (await mint({ topics: ["bc3"], verbs: ["pub"] })).token,
  });

  await expect(producer.publish("bc3", "x")).resolves.toEqual({ again: false });
  await expect(producer.publish("bc3", "x", { key: "k" })).resolves.toEqual({ again: false });
  await expect(producer.publish("bc3", "x", { key: "k" })).resolves.toEqual({ again: true });
  await expect(producer.publishMany("bc3", ["y", "z"])).resolves.toEqual({ again: false });
  await expect(producer.publish("other", "x")).rejects.toMatchObject({ code: "not-allowed" });
  expect((await node.topic("bc3")).message_count).toBe(4);
  producer.close();
});

test("[BC5] who is there is seen, and can be throttled and sent away", async () => {
  const topic = "bc5";
  await publish(topic, "x");
  const consumer = consume(topic, () => {}, { maxInFlight: 7 });
  const seen = await eventually(async () => {
    const { connections } = await console.read<BrowserConnections>(apiPaths.consumeConnections);
    const one = connections.find((connection) => connection.topic === topic);
    expect(one).toMatchObject({ user: "admin", rdy: 7, inFlight: 1 });
    return one!;
  });

  await console.post(apiPaths.consumeThrottle(seen.id), { rdy: 2 });
  const { connections } = await console.read<BrowserConnections>(apiPaths.consumeConnections);
  expect(connections.find(({ id }) => id === seen.id)).toMatchObject({ rdyAsked: 7, rdy: 2, throttledTo: 2 });

  await console.post(apiPaths.consumeDisconnect(seen.id), { reason: "enough" });
  await eventually(() => expect(consumer.state).toBe("closed"));
  await eventually(async () => expect(await statsOf(topic)).toMatchObject({ in_flight_count: 0, depth: 1 }));
});

test("[BT3] at its token's end a page that has no other gets nothing more, and what it held goes back", async () => {
  const topic = "bt3";
  await publish(topic, "x");
  let tokens = 0;
  const got: number[] = [];
  const consumer = consume(topic, () => void got.push(Date.now()), {
    token: async () => {
      if (tokens++ > 0) throw new Error("no more");
      return (await mint({ expiresInS: 5 })).token;
    },
  });
  await eventually(() => expect(got).toHaveLength(1));

  await eventually(
    async () => {
      expect(consumer.state).toBe("connecting");
      expect(await statsOf(topic)).toMatchObject({ in_flight_count: 0, depth: 1 });
    },
    { withinMs: 10_000 },
  );
  consumer.close();
});

test("[BT4] with another token in time it goes on in its place", async () => {
  const topic = "bt4";
  await publish(topic, "x");
  const { promise: held, resolve } = Promise.withResolvers<Message>();
  let tokens = 0;
  const states: string[] = [];
  const consumer = consume(topic, resolve, {
    token: async () => (await mint({ expiresInS: tokens++ === 0 ? 5 : 900 })).token,
  });
  consumer.on("state", (state) => states.push(state));
  const message = await held;

  await eventually(
    async () => {
      const { connections } = await console.read<BrowserConnections>(apiPaths.consumeConnections);
      expect(connections.find((one) => one.topic === topic)!.expiresAtMs).toBeGreaterThan(
        Date.now() + 60_000,
      );
    },
    { withinMs: 10_000 },
  );

  await expect(message.finish()).resolves.toBe("ok");
  expect(states).toEqual(["consuming"]);
  consumer.close();
});
