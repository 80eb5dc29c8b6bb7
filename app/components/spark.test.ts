import { expect, test } from "vitest";
import { lookedup } from "../tables/topic-extras.tsx";
import { pathOf } from "./spark.tsx";

test.each([
  [[], ""],
  [[null, null], ""],
  [[0, 0], "M1 19h.01L87 19"],
  [[0, 5, 10], "M1 19h.01L44 10L87 1"],
  [[10, null, 10], "M1 1h.01M87 1h.01"],
])("[HY9] a small line of %j begins at zero and leaves gaps as gaps", (values, path) => {
  expect(pathOf(values)).toBe(path);
});

test("[RD11] of a topic is said which lookups miss it and where it is hidden, of the others nothing", () => {
  const lookup = (key: string, reason: string | null) => ({
    key,
    reason,
    tookMs: 1,
    topics: 1,
    producers: 1,
  });
  const found = lookedup({
    atMs: 0,
    lookups: [lookup("a", null), lookup("b", null), lookup("c", "no answer")],
    ...{ topicCount: 3, disagreementCount: 2 },
    disagreements: [
      { key: "half", knownBy: ["a"], nodes: [] },
      { key: "nodes only", knownBy: ["a", "b"], nodes: [{ node: "n", namedBy: ["a"] }] },
    ],
    tombstones: [
      { topic: "half", node: "n", lookups: ["a"] },
      { topic: "hidden", node: "n", lookups: ["a", "b"] },
      { topic: "hidden", node: "m", lookups: ["b"] },
    ],
  });

  expect([...found]).toEqual([
    ["half", { knownBy: { count: 1, of: 2 }, tombstones: ["n"] }],
    ["hidden", { knownBy: null, tombstones: ["n", "m"] }],
  ]);
});
