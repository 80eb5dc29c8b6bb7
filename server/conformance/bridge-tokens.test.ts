import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Message } from "../../client/browser/index.ts";
import { answersPerEventMax, bridgePath } from "../../client/browser/protocol.ts";
import { silentBounds } from "../console/bridge/silent-sockets.ts";
import { type AuditPage, apiBase, apiPaths, type MintedToken } from "../console/contract/index.ts";
import { TestConsole } from "../console/testing/test-console.ts";
import { BridgeWorld, type RawSocket } from "../testing/bridge.ts";
import { eventually } from "../testing/eventually.ts";

let world: BridgeWorld;

beforeAll(async () => {
  world = await BridgeWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const socketWith = async (request = {}) => {
  const { token, id } = await world.mint(request);
  return { socket: await world.connected(world.raw({ token })), token, id };
};
const ask = (socket: RawSocket, event: string, ...args: unknown[]): Promise<unknown> =>
  (socket as never as { timeout(ms: number): { emitWithAck(...all: unknown[]): Promise<unknown> } })
    .timeout(5_000)
    .emitWithAck(event, ...args);

describe("a token is not good", () => {
  test("[BT1] twice", async () => {
    const { token } = await socketWith();

    await expect(world.connected(world.raw({ token }))).rejects.toThrow("bad-token");
  });

  test.each(["https://elsewhere.example", "null", ""])(
    "[BT1] from the origin %j, when it is for the console's own pages",
    async (origin) => {
      const { token } = await world.mint();

      await expect(world.connected(world.raw({ token }, { origin }))).rejects.toThrow("bad-token");
    },
  );

  test("[BT1] from the console's own pages, when it is for others", async () => {
    const origins = ["https://shop.example"];
    const { token } = await world.mint({ origins });
    await expect(world.connected(world.raw({ token }))).rejects.toThrow("bad-token");

    const { token: another } = await world.mint({ origins });
    await world.connected(world.raw({ token: another }, { origin: origins[0]! }));
  });

  test("[BT1] once it was revoked, within a second, in every page", async () => {
    await world.publish("revoked", "x");
    const got: Message[] = [];
    const consumer = world.consume("revoked", (message) => void got.push(message));
    await eventually(() => expect(got).toHaveLength(1));
    const { tokenId } = await world.connectionOn("revoked");

    await world.console.post(`${apiPaths.consumeTokens}/${tokenId}/revoke`, {});

    await eventually(() => expect(consumer.state).toBe("closed"), { withinMs: 1_500 });
    await eventually(async () =>
      expect(await world.channelOf("revoked")).toMatchObject({ in_flight_count: 0 }),
    );
  });

  test("[BT1] once the session has ended that it was asked for by, within a second", async () => {
    const other = await new TestConsole(world.console.server, []).signIn();
    const answer = await other.post(apiPaths.consumeTokens, { topics: ["*"] });
    const { token } = (await answer.json()) as MintedToken;
    const socket = await world.connected(world.raw({ token }));
    const ends: string[] = [];
    socket.on("end", ({ code }) => ends.push(code));

    await other.post(apiPaths.signOut, {});

    await eventually(() => expect(socket.connected).toBe(false), { withinMs: 1_500 });
    expect(ends).toEqual(["revoked"]);
  });

  test("[BT1] for going on, when it was used, or is for another origin", async () => {
    const { socket, token } = await socketWith();
    const { token: strange } = await world.mint({ origins: ["https://shop.example"] });

    for (const bad of [token, strange])
      expect(await ask(socket, "refresh", bad)).toMatchObject({ ok: false, code: "bad-token" });
    expect(await ask(socket, "refresh", (await world.mint()).token)).toMatchObject({ ok: true });
  });

  test.each([
    {},
    { token: 1 },
    { token: "weirb_" },
    { token: `weirb_${"x".repeat(43)}` },
    { token: "x".repeat(10_000) },
    { protocol: 2 },
    { protocol: "1" },
    { tab: "x".repeat(65) },
    { page: ["/"] },
    { more: 1 },
  ])("[BT1] when the handshake is %j", async (auth) => {
    await expect(world.connected(world.raw(auth))).rejects.toThrow(/bad-token|bad-request|version/);
  });
});

test("[BT2] nobody gets a token for more than what they may do", async () => {
  const refused = await world.console.post(apiPaths.consumeTokens, { topics: ["a b"] });
  expect(refused.status).toBe(400);
  for (const wrong of [{ topics: [] }, { topics: ["*"], rdyMax: 2_501 }, { topics: ["*"], expiresInS: 901 }])
    expect((await world.console.post(apiPaths.consumeTokens, wrong)).status).toBe(400);
});

test("[BC14] the operators' log has who let a page consume or publish, and not who tailed", async () => {
  const ask = (...verbs: readonly string[]) =>
    world.console.post(apiPaths.consumeTokens, { topics: ["logged"], verbs });
  for (const verbs of [["tail"], ["outcomes"], ["tail", "outcomes"], ["tail", "sub"], ["pub"]])
    expect((await ask(...verbs)).status).toBe(200);

  const { rows } = await world.console.read<AuditPage>(`${apiBase}/audit?action=mint-token`);
  const logged = rows.map(({ object }) => object as { topics: string[]; verbs: string[] });

  expect(logged.filter(({ topics }) => topics[0] === "logged").map(({ verbs }) => verbs)).toEqual([
    ["pub"],
    ["tail", "sub"],
  ]);
});

test("[BT2] topics, channels, verbs and RDY are held at every event", async () => {
  const { socket } = await socketWith({ topics: ["orders.*"], channels: ["page"], rdyMax: 3 });
  const sub = (topic: string, channel: string) => ask(socket, "sub", { topic, channel, rdy: 50 });

  expect(await sub("orders", "page")).toMatchObject({ ok: false, code: "not-allowed" });
  expect(await sub("orders.eu", "other")).toMatchObject({ ok: false, code: "not-allowed" });
  expect(await sub("Orders.eu", "page")).toMatchObject({ ok: false, code: "not-allowed" });
  expect(await ask(socket, "pub", { topic: "orders.eu" }, new Uint8Array([0, 0, 0, 1, 65]))).toMatchObject({
    code: "not-allowed",
  });
  expect(await sub("orders.eu", "page")).toEqual({ ok: true, rdy: 3 });
  expect(await sub("orders.eu", "page")).toMatchObject({ code: "already-subscribed" });
});

test("[BT2] its rate is held, of what comes and of what goes", async () => {
  const topic = "paced";
  const { socket } = await socketWith({ verbs: ["sub", "pub"], messagesPerSecond: 10, rdyMax: 2 });
  const pub = () => ask(socket, "pub", { topic }, new Uint8Array([0, 0, 0, 1, 65]));

  const answers = (await Promise.all(Array.from({ length: 12 }, pub))) as { ok: boolean; code?: string }[];

  expect(answers.filter(({ ok }) => ok)).toHaveLength(10);
  expect(answers.find(({ ok }) => !ok)).toMatchObject({ code: "too-fast" });

  const { token } = await world.mint({ verbs: ["sub", "pub"], messagesPerSecond: 10, rdyMax: 2 });
  expect(await ask(socket, "refresh", token)).toMatchObject({ ok: true });
  const after = (await Promise.all(Array.from({ length: 12 }, pub))) as { ok: boolean }[];
  expect(after.filter(({ ok }) => ok).length, "no other burst with another token").toBeLessThan(10);
});

test("[BT3] at its token's end a page that has no other gets nothing more, and what it held goes back", async () => {
  await world.publish("bt3", "x");
  let tokens = 0;
  const got: Message[] = [];
  const consumer = world.consume("bt3", (message) => void got.push(message), {
    token: async () => {
      if (tokens++ > 0) throw new Error("no more");
      return (await world.mint({ expiresInS: 5 })).token;
    },
  });
  const codes: string[] = [];
  consumer.on("error", ({ code }) => codes.push(code));
  await eventually(() => expect(got).toHaveLength(1));

  await eventually(() => expect(codes).toContain("expired"), { withinMs: 10_000 });
  await eventually(async () =>
    expect(await world.channelOf("bt3")).toMatchObject({ in_flight_count: 0, depth: 1 }),
  );
});

test("[BT4] with another token in time it goes on in its place", async () => {
  await world.publish("bt4", "x");
  const { promise: held, resolve } = Promise.withResolvers<Message>();
  let tokens = 0;
  const states: string[] = [];
  const consumer = world.consume("bt4", resolve, {
    token: async () => (await world.mint({ expiresInS: tokens++ === 0 ? 5 : 900 })).token,
  });
  consumer.on("state", (state) => states.push(state));
  const message = await held;

  await eventually(
    async () => expect((await world.connectionOn("bt4")).expiresAtMs).toBeGreaterThan(Date.now() + 60_000),
    { withinMs: 10_000 },
  );

  await expect(message.finish()).resolves.toBe("ok");
  expect(states).toEqual(["consuming"]);
});

test("[BC15] however many sockets an address opens without a word, a page comes in at once, and few stay", async () => {
  const address = `${world.console.url.replace("http", "ws")}${bridgePath}/?EIO=4&transport=websocket`;
  const silent = Array.from({ length: 2 * silentBounds.perAddressMost }, () => new WebSocket(address));
  const states = () => silent.map(({ readyState }) => readyState);
  await eventually(() => expect(states()).not.toContain(WebSocket.CONNECTING));
  const left = () => states().filter((state) => state === WebSocket.OPEN).length;
  expect(left()).toBe(silent.length);

  await socketWith();

  expect(left()).toBe(silent.length);
  // Their handshakes' time is up later.
  await eventually(
    () => {
      silent.push(new WebSocket(address));
      expect(left()).toBeLessThanOrEqual(silentBounds.perAddressMost);
    },
    { withinMs: silentBounds.graceMs + 3_000 },
  );
  for (const socket of silent) socket.close();
});

const deep = (levels: number): unknown => (levels === 0 ? [] : [deep(levels - 1)]);

describe("whatever a page sends, it is told what is wrong with it, and the console goes on", () => {
  const events: [string, ...unknown[]][] = [
    ["sub"],
    ["sub", null],
    ["sub", "orders", "page", 1],
    ["sub", { topic: "a b", channel: "page", rdy: 1 }],
    ["sub", { topic: "__proto__", channel: 1, rdy: 1 }],
    ["sub", { topic: "t", channel: "c", rdy: 2_501 }],
    ["sub", { topic: "t", channel: "c", rdy: -1 }],
    ["sub", { topic: "t", channel: "c", rdy: 1, more: true }],
    ["sub", { topic: "x".repeat(65), channel: "c", rdy: 1 }],
    ["rdy", "1"],
    ["rdy", 1.5],
    ["rdy", 1],
    ["answer", [["fin", [1]]]],
    ["answer", [["fin", []]]],
    ["answer", [["fin", [-1]]]],
    ["answer", [["fin", [2 ** 32]]]],
    ["answer", [["req", [1]]]],
    ["answer", [["req", [1], -1]]],
    ["answer", [["drop", [1]]]],
    ["answer", Array.from({ length: answersPerEventMax + 1 }, () => ["fin", [1]])],
    [
      "answer",
      [
        ["fin", Array.from({ length: answersPerEventMax }, (_, at) => at + 1)],
        ["fin", [1]],
      ],
    ],
    ["answer", deep(200)],
    ["tail"],
    ["tail", { topic: 1 }],
    ["tail", { topic: "t", filter: 1 }],
    ["tail", { topic: "t", filter: "x".repeat(301) }],
    ["tail", { topic: "t", sql: "x" }],
    ["tail", { topic: "t" }],
    ["pub", { topic: "t" }],
    ["pub", { topic: "t" }, "text"],
    ["pub", { topic: "t" }, new Uint8Array(3)],
    ["pub", { topic: "t" }, new Uint8Array([255, 255, 255, 255, 1])],
    ["pub", { topic: "t" }, new Uint8Array(0)],
    ["pub", { topic: "t" }, new Uint8Array([0, 0, 0, 0])],
    ["pub", { topic: "t", deferMs: -1 }, new Uint8Array([0, 0, 0, 1, 65])],
    ["pub", { topic: "t", key: "" }, new Uint8Array([0, 0, 0, 1, 65])],
    ["refresh"],
    ["refresh", 1],
    ["refresh", "weirb_none"],
  ];

  test.each(events)("[BC7] %s %j", async (event, ...args) => {
    const { socket } = await socketWith({ verbs: ["sub", "pub"] });

    expect(await ask(socket, event, ...args)).toMatchObject({ ok: false, code: expect.any(String) });
    expect(socket.connected).toBe(true);
    socket.close();
  });

  test("[BC7] an event that there is none of is not carried out, and one over the limit ends its own connection alone", async () => {
    const { socket } = await socketWith({ verbs: ["pub"] });
    (socket as { emit(event: string, ...args: unknown[]): unknown }).emit("nonsense", 1);
    const { socket: other } = await socketWith();

    socket.emit("pub", { topic: "t" }, new Uint8Array(2 * 1024 * 1024), () => {});

    await eventually(() => expect(socket.connected).toBe(false));
    expect(other.connected).toBe(true);
  });

  test("[BC7] a flood of events is hung up on", async () => {
    const { socket } = await socketWith();
    for (let at = 0; at < 4_000; at++) socket.emit("rdy", 1, () => {});

    await eventually(() => expect(socket.connected).toBe(false));
  });
});
