import { expect, test } from "vitest";
import { labels, metric, single } from "./exposition.ts";

const family = { name: "weir_x_total", type: "counter", help: "What is counted." } as const;

test("[ME1] a family is its help, its type and its samples", () => {
  const text = [
    ...metric(family, [
      [labels({ topic: "a", channel: "b" }), 1],
      ["", 0.25],
    ]),
  ].join("");

  expect(text).toBe(
    "# HELP weir_x_total What is counted.\n# TYPE weir_x_total counter\n" +
      'weir_x_total{topic="a",channel="b"} 1\nweir_x_total 0.25\n',
  );
});

test("[ME1] a family without samples, or whose figure is not known, is left out", () => {
  expect([...metric(family, []), ...single(family, null)]).toEqual([]);
  expect([...single(family, 0)].join("")).toContain("weir_x_total 0\n");
});

test("[ME1] a label's value stays one, whatever is in it", () => {
  expect(labels({ reason: 'a "quoted" \\ back\nslash' })).toBe('{reason="a \\"quoted\\" \\\\ back\\nslash"}');
});
