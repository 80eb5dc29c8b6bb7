import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { protocolVersion, refusalCodes } from "../../client/browser/protocol.ts";
import { BridgeWorld, type RawSocket } from "../testing/bridge.ts";
import { eventually } from "../testing/eventually.ts";

let world: BridgeWorld;

beforeAll(async () => {
  world = await BridgeWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const answerMsMax = 5_000;
const ask = (socket: RawSocket, event: string, args: readonly unknown[]): Promise<unknown> =>
  (socket as never as { timeout(ms: number): { emitWithAck(...all: unknown[]): Promise<unknown> } })
    .timeout(answerMsMax)
    .emitWithAck(event, ...args);

async function comeIn(): Promise<RawSocket> {
  const { token } = await world.mint({ verbs: ["sub", "pub", "tail", "outcomes"] });
  return await world.connected(world.raw({ token }));
}

/** What is nearly right gets further than what is nonsense. */
const name = fc.constantFrom("t", "t#ephemeral", "", "a b", "__proto__", "constructor", "x".repeat(65));
const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, 1, -1, 2_500, 2 ** 32, 1e308, "1", null),
);
const bytes = fc.uint8Array({ maxLength: 64 });
const act = fc.tuple(
  fc.constantFrom("fin", "req", "touch", "drop"),
  fc.array(number, { maxLength: 4 }),
  number,
);
const argument = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  bytes,
  number,
  fc.array(fc.oneof(act, fc.jsonValue()), { maxLength: 4 }),
  fc.record({ topic: name, channel: name, rdy: number }, { requiredKeys: [] }),
  fc.record({ topic: name, deferMs: number, key: name }, { requiredKeys: [] }),
  fc.record({ topic: name, filter: name, outcome: name, attempts: name }, { requiredKeys: [] }),
);
const said = fc.tuple(
  fc.constantFrom("sub", "rdy", "answer", "pub", "refresh", "tail"),
  fc.array(argument, { maxLength: 3 }),
);

test("[BC7] events at random, in any order and with anything, are each answered, and refused by name", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(said, { minLength: 10, maxLength: 60 }), async (all) => {
      const socket = await comeIn();

      const answers = await Promise.all(all.map(([event, args]) => ask(socket, event, args)));

      for (const answer of answers as { ok: boolean; code?: never; message?: string }[]) {
        if (answer.ok) continue;
        expect(refusalCodes).toContain(answer.code);
        expect(answer.message).not.toBe("");
      }
      expect(socket.connected).toBe(true);
      socket.close();
    }),
    { numRuns: 15 },
  );
  expect(world.console.warnings.filter((warning) => / of a browser: /.test(warning))).toEqual([]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("[BC7] packets that are none end their own connection at most", async () => {
  const good = await comeIn();
  const junk = [
    ...["", "4", "42", '42["sub"', "42[1]", "42{}", "43[", "9", "\u0000", "40/admin,", "41", "3"],
    ...['451-["pub",{"_placeholder":true,"num":9}]', "459999999-[]", "45-1-[]", '42["__proto__",1]'],
    ...[
      '42["disconnect",1]',
      '42["connect_error",{}]',
      `42["sub",${"[".repeat(5_000)}]`,
      "x".repeat(2 ** 21),
    ],
  ];
  const address = `${world.console.url.replace("http", "ws")}/consume/?EIO=4&transport=websocket`;
  const closed = junk.flatMap((text) =>
    [true, false].map(async (isIn) => {
      const { token } = await world.mint();
      const socket = new WebSocket(address, { headers: { origin: world.console.url } } as never);
      const hello = JSON.stringify({ protocol: protocolVersion, token, tab: "t", page: "/" });
      socket.addEventListener("message", ({ data }) => {
        const isOpen = String(data).startsWith("0");
        if (isOpen && isIn) socket.send(`40${hello}`);
        else if (isOpen || String(data).startsWith("40")) {
          socket.send(text);
          socket.send(new Uint8Array(10));
          socket.close();
        }
      });
      await new Promise((resolve) => socket.addEventListener("close", resolve));
    }),
  );
  await Promise.all(closed);

  expect(await ask(good, "sub", [{ topic: "t", channel: "c", rdy: 1 }])).toEqual({ ok: true, rdy: 1 });
  good.close();
  await eventually(async () => {
    const { connections } = await world.console.read<{ connections: unknown[] }>(
      "/api/v1/consume/connections",
    );
    expect(connections).toEqual([]);
  });
});
