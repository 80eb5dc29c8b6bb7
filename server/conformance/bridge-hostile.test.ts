import { afterAll, beforeAll, expect, test } from "vitest";
import { Producer } from "../../client/browser/index.ts";
import { protocolVersion } from "../../client/browser/protocol.ts";
import { BridgeWorld } from "../testing/bridge.ts";

let world: BridgeWorld;
/** Sooner than who says nothing is missed. */
const closedWithinMs = 5_000;

beforeAll(async () => {
  world = await BridgeWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A WebSocket that says what it likes; `heard` is what came, `closed` resolves when it is over. */
function bare(token: string) {
  const address = `${world.console.url.replace("http", "ws")}/consume/?EIO=4&transport=websocket`;
  const socket = new WebSocket(address, { headers: { origin: world.console.url } } as never);
  const heard: string[] = [];
  const waiting: { readonly start: string; readonly resolve: () => void }[] = [];
  socket.addEventListener("message", ({ data }) => {
    heard.push(String(data));
    for (const { start, resolve } of waiting) if (String(data).startsWith(start)) resolve();
  });
  return {
    ...{ socket, heard },
    connect: `40${JSON.stringify({ protocol: protocolVersion, token, tab: "t", page: "/" })}`,
    hears: (start: string) => new Promise<void>((resolve) => waiting.push({ start, resolve })),
    closed: new Promise<void>((resolve) => socket.addEventListener("close", () => resolve())),
  };
}

test("[BC7] an event that there is none of is refused by name", async () => {
  const { token } = await world.mint();
  const socket = await world.connected(world.raw({ token }));

  const asked = (
    socket as never as { timeout(ms: number): { emitWithAck(...all: unknown[]): Promise<unknown> } }
  )
    .timeout(3_000)
    .emitWithAck("SUB", {});

  await expect(asked).resolves.toMatchObject({
    ok: false,
    code: "bad-request",
  });
  socket.close();
});

test("[BC16] who leaves without hanging up is hung up on", async () => {
  const { token } = await world.mint();
  const page = bare(token);
  await page.hears("0");
  page.socket.send(page.connect);
  await page.hears("42");

  const leftAtMs = performance.now();
  page.socket.send("41");

  await page.closed;
  expect(performance.now() - leftAtMs).toBeLessThan(closedWithinMs);
});

test("[BC16] a socket shows one token: whoever tries another one over it is hung up on", async () => {
  const page = bare(`weirb_${"x".repeat(43)}`);
  await page.hears("0");
  page.socket.send(page.connect);
  await page.hears("44");

  for (let tries = 0; tries < 20; tries++) page.socket.send(page.connect);

  await page.closed;
  expect(page.heard.filter((packet) => packet.startsWith("44"))).toHaveLength(1);
});

test("[BC7] what is too large for the console is refused before it is sent, and the connection stays", async () => {
  const producer = new Producer({
    url: world.console.url,
    headers: { origin: world.console.url },
    token: async () => (await world.mint({ verbs: ["pub"] })).token,
  });
  const states: string[] = [];
  await expect(producer.publish("large", "x")).resolves.toEqual({ again: false });
  producer.on("state", (state) => states.push(state));

  await expect(producer.publish("large", new Uint8Array(2 ** 21))).rejects.toMatchObject({
    code: "too-large",
  });
  const halves = Array.from({ length: 4 }, () => new Uint8Array(2 ** 19));
  await expect(producer.publishMany("large", halves)).rejects.toMatchObject({ code: "too-large" });

  await expect(producer.publish("large", "x")).resolves.toEqual({ again: false });
  expect(states).toEqual([]);
  producer.close();
});
