import { describe, expect, test } from "vitest";
import { frameHeaderBytes } from "../broker/frame.ts";
import type { TapLine } from "../protocol/live.ts";
import { eventually } from "../testing/eventually.ts";
import { secret, startServer } from "../testing/http-server.ts";
import { LineStream } from "../testing/line-stream.ts";
import { matcherOf } from "./tap-matcher.ts";

const frameOf = (body: string) => Buffer.concat([Buffer.alloc(frameHeaderBytes), Buffer.from(body)]);
const order = JSON.stringify({
  order: { id: "A-7", total: 12.5, paid: true, "odd key": null },
  items: [
    { sku: "x", price: 90 },
    { sku: "yellow", price: 120 },
  ],
  __proto__x: 1,
});

describe("[TT6] a filter finds", () => {
  test.each<[string, string, boolean]>([
    ["A-7", order, true],
    ["a-7", order, false],
    ["ü", "grün", true],
    ["/A-\\d+/", order, true],
    ["/^A-\\d+$/", order, false],
    ["/(a+)+b/", "a".repeat(100_000), false],
    ["$.order.id", order, true],
    ["$.order.nothing", order, false],
    ["$.order.id = A-7", order, true],
    ['$.order.id == "A-7"', order, true],
    ["$.order.id != A-7", order, false],
    ["$.order.total > 12", order, true],
    ["$.order.total > 12.5", order, false],
    ["$.order.total <= 12.5", order, true],
    ["$.order.paid = true", order, true],
    ['$.order["odd key"] = null', order, true],
    ["$.items[*].price > 100", order, true],
    ["$.items[0].price > 100", order, false],
    ["$.items[*].sku ~ ello", order, true],
    ["$[0].a = 1", '[{"a":1}]', true],
    ["$.constructor", "{}", false],
    ["$.a = 1", "not JSON", false],
    ["$5 off", "now $5 off", true],
  ])("%s", (filter, body, expected) => {
    expect(matcherOf(filter)!.matches(frameOf(body))).toBe(expected);
  });
});

test.each([
  "",
  "  ",
  "/(/",
  "/a{1000}{1000}/",
  "/x\\1/",
  "$.a[",
  "$.a = ",
  "$.a ? 1",
  "$.a = {}",
  "x".repeat(257),
])("[TT7] %j is no filter", (filter) => expect(matcherOf(filter)).toBeNull());

const tapOf = (port: number, filter: string) =>
  new LineStream<TapLine>(port, `/v1/tap?topic=t&filter=${encodeURIComponent(filter)}`);

test("[TT6] a tap with a filter shows what it finds among all there is, and counts both", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("t");
  using stream = tapOf(server.port, "$.n = 77");
  await eventually(() => expect(stream.status).toBe(200));

  const lines = Array.from({ length: 400 }, (_, n) => JSON.stringify({ n: n % 100 }));
  await server.post("/mpub?topic=t", lines.join("\n"));

  const sampled = await eventually(() => {
    const found = stream.lines.filter((line) => line.type === "sampled");
    expect(found.length).toBeGreaterThan(0);
    return found[0]!;
  });
  expect(stream.lines.filter((line) => line.type === "message")).toHaveLength(4);
  expect(sampled).toEqual({ type: "sampled", seen: 400, shown: 4, matched: 4, unlooked: 0 });
});

test("[TT8] filters take so much of a second together, and what they had no time for is counted", async () => {
  await using server = await startServer({ memBytes: 256 * 2 ** 20 });
  server.broker.ensureTopic("t");
  using stream = tapOf(server.port, "/(.*)(.*)(.*)(.*)(.*)[^x]$/");
  await eventually(() => expect(stream.status).toBe(200));

  const body = `${"x".repeat(8_000)}\n`.repeat(400);
  await server.post("/mpub?topic=t", body);

  const [sampled] = await eventually(() => {
    const found = stream.lines.filter((line) => line.type === "sampled");
    expect(found.length).toBeGreaterThan(0);
    return found;
  });
  expect(sampled).toMatchObject({ seen: 400, shown: 0, matched: 0 });
  expect(sampled!.unlooked).toBeGreaterThan(300);
});

test("[TT7] what is no filter is refused with 400", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("t");

  const reply = await server.get("/v1/tap?topic=t&filter=%2F(%2F", { authorization: `Bearer ${secret}` });

  expect([reply.status, reply.text]).toEqual([400, expect.stringContaining("INVALID_FILTER")]);
});
