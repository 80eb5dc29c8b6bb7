import { expect, test } from "vitest";
import type { OptionRow, OptionsView } from "../../../../server/console/contract/index.ts";
import { asFile, ownOptions } from "./own-options.ts";

const option = (key: string, more: Partial<OptionRow>): OptionRow => ({
  ...{ key, kind: "int", default: 1, isSecret: false, values: [] },
  ...more,
});
const view: OptionsView = {
  atMs: 0,
  nodes: [],
  options: [
    option("mem-queue-size", {
      values: [
        { value: 1, nodes: ["b", "c"] },
        { value: 5, nodes: ["a"] },
      ],
    }),
    option("msg-timeout", {
      kind: "duration",
      default: 60_000,
      values: [{ value: 30_000, nodes: ["a", "b"] }],
    }),
    option("database-url", { isSecret: true, default: null, values: [{ value: true, nodes: ["a"] }] }),
    option("tcp-address", { kind: "string", default: "", values: [{ value: ":1", nodes: ["a"] }] }),
    option("max-rdy-count", { values: [{ value: 1, nodes: ["a"] }] }),
  ],
};

test("[CW4] a node's options are told with what is set, and who is set otherwise", () => {
  const [queue, timeout, secret, , rdy] = ownOptions(view, "a");

  expect(queue).toMatchObject({ value: 5, isSet: true, others: [{ value: 1, nodes: ["b", "c"] }] });
  expect(timeout).toMatchObject({ value: 30_000, isSet: true, others: [] });
  expect(secret).toMatchObject({ isSet: true });
  expect(rdy).toMatchObject({ isSet: false });
  expect(ownOptions(view, "nobody")).toEqual([]);
});

test("[CW4] what is copied for another node has no secret in it, and nothing that is a node's own", () => {
  expect(asFile(ownOptions(view, "a"))).toBe('mem_queue_size = 5\nmsg_timeout = "30000ms"\n');
});
