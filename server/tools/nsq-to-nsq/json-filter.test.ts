import { expect, test } from "vitest";
import { JsonFilter, type JsonFilterSettings } from "./json-filter.ts";

function judge(body: string, settings: Partial<JsonFilterSettings>): string {
  const filter = new JsonFilter({ requireField: "", requireValue: "", whitelist: [], ...settings });
  const judged = filter.judge(Buffer.from(body));
  if (judged.verdict === "pass") return `pass ${Buffer.from(judged.body)}`;
  return `${judged.verdict} ${judged.fault}`;
}

test("[UT6] without a filter everything passes as it is", () => {
  expect(judge("not { json", {})).toBe("pass not { json");
});

test.each([
  ['{"a":1, "b":2}', "", 'pass {"a":1, "b":2}'],
  ['{"b":2}', "", "drop null"],
  ["null", "", "drop null"],
  ['{"a":"x"}', "x", 'pass {"a":"x"}'],
  ['{"a":"y"}', "x", "drop null"],
  ['{"a":1.50}', "1.5", 'pass {"a":1.50}'],
  ['{"a":"1.5"}', "1.5", 'pass {"a":"1.5"}'],
  ['{"a":2}', "1.5", "drop null"],
  ['{"a":0}', "", 'pass {"a":0}'],
  ['{"a":null}', "null", "drop null"],
  ['{"a":true}', "true", "drop null"],
  ['{"a":16}', "0x10", "drop null"],
  ['{"b":1}', "x", "retry missing field to check required value"],
  ["[1]", "", "drop Unable to decode json: [1]"],
  ["{", "", "drop Unable to decode json: {"],
])("[UT6] %s with field a required to be '%s': %s", (body, requireValue, expected) => {
  expect(judge(body, { requireField: "a", requireValue })).toBe(expected);
});

test("[UT6] what every object has is no field of the message", () => {
  expect(judge("{}", { requireField: "constructor" })).toBe("drop null");
  expect(judge('{"__proto__":{"a":1}}', { requireField: "a" })).toBe("drop null");
  expect(judge('{"__proto__":{"a":1},"b":1}', { whitelist: ["__proto__"] })).toBe(
    'pass {"__proto__":{"a":1}}',
  );
});

test("[UT6] of listed fields those that are there pass, in the order of their names", () => {
  const whitelist = ["c", "a", "missing", "a"];

  expect(judge('{"c":[1,{"d":null}],"b":2,"a":"x"}', { whitelist })).toBe(
    'pass {"a":"x","c":[1,{"d":null}]}',
  );
  expect(judge('{"b":2}', { whitelist })).toBe("pass {}");
});

test("[UT6] numbers pass as they were written, whatever their size", () => {
  const body = '{"id":12345678901234567890,"share":0.10,"tiny":1e-400}';

  expect(judge(body, { whitelist: ["id", "share", "tiny"] })).toBe(`pass ${body}`);
});

test("[UT6] a message that is nested without end is no JSON, and no end of us", () => {
  const deep = `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;

  expect(judge(deep, { whitelist: ["a"] })).toMatch(/^drop Unable to decode json: /);
});
