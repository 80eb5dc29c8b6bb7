import { expect, test } from "vitest";
import { type BrowserConnection, decide } from "../contract/index.ts";
import { placeOf } from "./routes.ts";

const narrow = { role: "operator", rights: ["read", "operate"], topics: ["mine"], channels: ["*"] } as const;

test.each([
  [{ topic: "mine", channel: "page" }, true],
  [{ topic: "mine", channel: null }, true],
  [{ topic: null, channel: null }, true],
  [{ topic: "theirs", channel: "page" }, false],
  [{ topic: "theirs", channel: null }, false],
])("[BC5] a page is sent away by who sees what it is about: %o %s", (place, may) => {
  expect(decide(narrow, "kick", placeOf(place as BrowserConnection)).ok).toBe(may);
});
