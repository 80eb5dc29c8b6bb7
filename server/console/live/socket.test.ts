import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { roomsPerSocketMax, socketsPerSessionMax } from "../contract/index.ts";
import { TestConsole } from "../testing/test-console.ts";

let weir: TestConsole;
beforeAll(async () => {
  weir = await (await TestConsole.start()).signIn();
});
afterAll(() => weir[Symbol.asyncDispose]());

describe("who may connect", () => {
  test.each([
    ["another site's Origin", { origin: "http://evil.test" }],
    ["Origin null", { origin: "null" }],
    ["an empty Origin", { origin: "" }],
    ["another port's Origin", { origin: "http://127.0.0.1:1" }],
    ["a foreign Host", { host: "evil.test", origin: "http://evil.test" }],
    ["no cookie", { cookie: "" }],
    ["a made-up cookie", { cookie: "weir_session_1=x" }],
  ])("[CG2] a socket with %s is refused", async (_, headers) => {
    await expect(weir.connect(headers)).rejects.toThrow();
  });

  test.each([
    ["foreign", { origin: "http://evil.test" }],
    ["null", { origin: "null" }],
    ["own", { origin: "" }],
  ])("[CG2] the polling transport is refused whatever its Origin (%s)", async (_, headers) => {
    const response = await weir.get("/socket.io/?EIO=4&transport=polling", headers);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toContain("sid");
  });

  test("[CG4] a page of its own with a session is let in", async () => {
    const socket = await weir.connect();
    expect(socket.raw.connected).toBe(true);
    socket.raw.disconnect();
  });

  test("[CF4] one session has a bounded number of sockets", async () => {
    const sockets = await Promise.all(Array.from({ length: socketsPerSessionMax }, () => weir.connect()));
    await expect(weir.connect()).rejects.toThrow("too-many");
    for (const socket of sockets) socket.raw.disconnect();
    const next = await eventually(() => weir.connect());
    next.raw.disconnect();
  });

  test("[CF4] who leaves without hanging up is hung up on", async () => {
    const { engine } = (await weir.connect()).raw.io;

    engine.write("1");

    await eventually(() => expect(engine.readyState).toBe("closed"));
  });
});

describe("what it may send", () => {
  test.each([
    ["nothing", []],
    ["a number", [1]],
    ["null", [null, {}]],
    ["an object", [{ room: "overview" }, {}]],
    ["a deep object", ["overview", { paceMs: { a: { b: {} } } }]],
    ["an unknown pace", ["overview", { paceMs: 1 }]],
    ["an unknown option", ["overview", { paceMs: 1_000, extra: true }]],
    ["an unknown room", ["secrets", {}]],
    ["a bad topic", ["topic:a b", {}]],
    ["an empty topic", ["topic:", {}]],
    ["a path", ["channel:a/b/c", {}]],
    ["a long name", [`topic:${"a".repeat(65)}`, {}]],
    ["a prototype", ["__proto__", { __proto__: null }]],
    ["a Buffer", [Buffer.from("overview"), {}]],
    ["too many arguments", ["overview", {}, 1, 2, 3]],
  ])("[CF3] watch with %s is refused in words", async (_, args) => {
    const socket = await weir.connect();
    const answer = await socket.raw.timeout(3_000).emitWithAck("watch" as never, ...(args as never));
    expect(answer).toMatchObject({ ok: false, error: { code: "bad-request" } });
    socket.raw.disconnect();
  });

  test("[CF3] unknown events, missing acknowledgements and raw junk harm nobody", async () => {
    const [hostile, good] = [await weir.connect(), await weir.connect()];
    const raw = hostile.raw as unknown as { emit(event: string, ...args: unknown[]): void };
    raw.emit("watch", "overview");
    raw.emit("watch");
    raw.emit("unwatch", { toString: 1 });
    raw.emit("time", "not a function");
    raw.emit("no-such-event", "x".repeat(1_000));
    raw.emit("hello", {});
    raw.emit("__proto__", { polluted: true });
    const junk = [
      "4",
      "42",
      '42["watch"',
      "42[1]",
      '451-["watch",{"_placeholder":true,"num":9}]',
      "459999999-[]",
      "40/admin,",
      "43[",
      "\u0000",
      "9",
    ];
    const headers = { origin: weir.url, cookie: weir.cookie };
    const address = `${weir.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    const closed = junk.map((text) => {
      const socket = new WebSocket(address, { headers } as never);
      socket.addEventListener("open", () => socket.send("40"));
      socket.addEventListener("message", ({ data }) => {
        if (!String(data).startsWith("40")) return;
        socket.send(text);
        socket.close();
      });
      return new Promise((resolve) => socket.addEventListener("close", resolve));
    });
    await Promise.all(closed);

    expect(await good.watch("overview")).toEqual({ ok: true });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    hostile.raw.disconnect();
    good.raw.disconnect();
  });

  test("[CF3] a message over 64 KB ends the socket that sent it", async () => {
    const socket = await weir.connect();
    const closed = new Promise((resolve) => socket.raw.once("disconnect", resolve));
    (socket.raw as unknown as { emit(event: string, text: string): void }).emit("watch", "x".repeat(70_000));
    await closed;
    expect((await weir.get("/api/v1/session")).status).toBe(200);
  });

  test("[CF4] a socket watches a bounded number of rooms, and gets its place back", async () => {
    const socket = await weir.connect();
    for (let index = 0; index < roomsPerSocketMax; index++) {
      expect(await socket.watch(`topic:t${index}`)).toEqual({ ok: true });
    }
    const more = await socket.watch("overview");
    await socket.unwatch("topic:t0");
    const then = await socket.watch("overview");
    socket.raw.disconnect();

    expect(more).toMatchObject({ ok: false, error: { code: "too-many" } });
    expect(then).toEqual({ ok: true });
  });

  test("[CF4] events beyond a measure are refused, and a flood ends the socket", async () => {
    const socket = await weir.connect();
    const closed = new Promise((resolve) => socket.raw.once("disconnect", resolve));
    const answers: unknown[] = [];
    for (let index = 0; index < 1_000; index++) {
      socket.raw.emit("unwatch", "overview", (answer) => answers.push(answer));
    }
    await closed;
    expect(answers).toContainEqual(
      expect.objectContaining({ error: expect.objectContaining({ code: "too-many" }) }),
    );
    expect(answers.length).toBeLessThan(1_000);
  });
});
