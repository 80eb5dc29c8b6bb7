import { expect, test } from "vitest";
import { counter, figuresOf, figuresOfEach, gauge, labels, metric } from "./exposition.ts";

const family = { name: "weir_x_total", type: "counter", help: "What is counted." } as const;

test("[ME1] a family is its help, its type and its samples, those that are known", () => {
  const text = [
    ...metric(family, [
      [labels({ topic: "a", channel: "b" }), 1],
      [labels({ topic: "c" }), null],
      ["", 0.25],
    ]),
  ].join("");

  expect(text).toBe(
    "# HELP weir_x_total What is counted.\n# TYPE weir_x_total counter\n" +
      'weir_x_total{topic="a",channel="b"} 1\nweir_x_total 0.25\n',
  );
});

test("[ME1] a family without samples is left out", () => {
  const table = [gauge("a", "A.", () => null), counter("b", "B.", () => 0)];

  expect([...metric(family, []), ...figuresOf(table, null)].join("")).toBe(
    "# HELP b B.\n# TYPE b counter\nb 0\n",
  );
});

test("[ME1] the samples of all places stand together, family by family", () => {
  const table = [gauge("a", "A.", (n: number) => n), gauge("b", "B.", (n: number) => (n > 1 ? n : null))];

  expect(
    [
      ...figuresOfEach(
        table,
        () => [1, 2],
        (n) => labels({ n: String(n) }),
      ),
    ].join(""),
  ).toBe('# HELP a A.\n# TYPE a gauge\na{n="1"} 1\na{n="2"} 2\n# HELP b B.\n# TYPE b gauge\nb{n="2"} 2\n');
});

test("[ME1] a label's value stays one, whatever is in it", () => {
  expect(labels({ reason: 'a "quoted" \\ back\nslash' })).toBe('{reason="a \\"quoted\\" \\\\ back\\nslash"}');
});
