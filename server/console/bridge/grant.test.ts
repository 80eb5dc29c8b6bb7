import { describe, expect, test } from "vitest";
import type { Actor } from "../contract/index.ts";
import { allows, beyond, grantRequest } from "./grant.ts";

const actor = (more: Partial<Actor> = {}): Actor => ({
  ...{ kind: "user", name: "ann", role: "operator" },
  ...{ rights: ["read", "read-bodies", "publish", "operate"], topics: ["orders.*"], channels: ["*"] },
  ...more,
});
const asked = (more: object) => grantRequest.parse({ topics: ["orders.*"], ...more });

describe("a token is for no more than whoever asks may do", () => {
  test.each([
    ["a topic of theirs", { topics: ["orders.eu"] }],
    ["all of theirs", {}],
    ["a part of theirs", { topics: ["orders.e*"], verbs: ["sub", "pub", "tail", "outcomes"] }],
  ])("[BT2] %s is", (_, more) => {
    expect(beyond(actor(), asked(more))).toBeNull();
  });

  test.each([
    ["everything", { topics: ["*"] }],
    ["a topic beside theirs", { topics: ["orders.eu", "orders"] }],
    ["a glob that begins before theirs", { topics: ["*.eu"] }],
    ["a glob that is cut before theirs ends", { topics: ["orders*"] }],
    ["another case", { topics: ["Orders.eu"] }],
  ])("[BT2] %s is not", (_, more) => {
    expect(beyond(actor(), asked(more))).toMatch(/^topics .* are not yours$/);
  });

  test("[BT2] channels are held where the verb is for channels", () => {
    const narrow = actor({ channels: ["billing"] });

    expect(beyond(narrow, asked({}))).toBe("channels * are not yours");
    expect(beyond(narrow, asked({ verbs: ["outcomes"] }))).toBe("channels * are not yours");
    expect(beyond(narrow, asked({ channels: ["billing#ephemeral"] }))).not.toBeNull();
    expect(beyond(narrow, asked({ channels: ["billing"] }))).toBeNull();
    expect(beyond(narrow, asked({ verbs: ["pub", "tail"] }))).toBeNull();
  });

  test("[BT2] nor is an API token's for more than its owner sees now", () => {
    const token = actor({ kind: "token", within: { topics: ["orders.eu"], channels: ["*"] } });

    expect(beyond(token, asked({}))).toBe("topics orders.* are not yours");
    expect(beyond(token, asked({ topics: ["orders.eu"] }))).toBeNull();
  });

  test.each([
    ["sub", ["read", "operate"], "read-bodies"],
    ["sub", ["read", "read-bodies"], "operate"],
    ["pub", ["read", "operate"], "publish"],
    ["tail", ["read", "operate"], "read-bodies"],
    ["outcomes", [], "read"],
  ] as const)("[BT2] the verb %s with the rights %j lacks %s", (verb, rights, right) => {
    expect(beyond(actor({ rights }), asked({ verbs: [verb] }))).toBe(
      `the verb ${verb} needs the right ${right}`,
    );
  });
});

test("[BT2] globs are anchored at both ends, and a verb is not another", () => {
  const grant = asked({ topics: ["orders"], channels: ["c*"], verbs: ["sub"] });

  expect(allows(grant, "sub", "orders", "c")).toBe(true);
  for (const [verb, topic, channel] of [
    ["sub", "orders-secret", "c"],
    ["sub", "my-orders", "c"],
    ["sub", "orders", "a"],
    ["pub", "orders", "c"],
    ["tail", "orders", "c"],
  ] as const)
    expect(allows(grant, verb, topic, channel)).toBe(false);
});

test.each(["https://shop.example/", "https://shop.example/x", "shop.example", "null", "*", "javascript:0"])(
  "[BT1] %j is no origin",
  (origin) => {
    expect(grantRequest.safeParse({ topics: ["*"], origins: [origin] }).success).toBe(false);
  },
);
