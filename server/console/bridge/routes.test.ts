import { expect, test } from "vitest";
import { type Actor, type BrowserConnection, decide } from "../contract/index.ts";
import { isSeen, placeOf } from "./routes.ts";

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

const everybody = { ...narrow, kind: "user", name: "ada", topics: ["*"] } as const;
const ada = { ...narrow, kind: "user", name: "ada" } as const;

test.each([
  [everybody, { user: "bob", topic: null, channel: null }, true],
  [ada, { user: "ada", topic: null, channel: null }, true],
  [ada, { user: "bob", topic: null, channel: null }, false],
  [ada, { user: "bob", topic: "mine", channel: null }, true],
  [ada, { user: "ada", topic: "theirs", channel: "page" }, false],
])(
  "[BC5] who only publishes is seen by its own user and by who sees everything: %o %o %s",
  (actor, page, is) => {
    expect(isSeen(actor as Actor, page)).toBe(is);
  },
);
