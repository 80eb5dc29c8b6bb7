import { expect, test } from "vitest";
import type { NodeRow, StatusView } from "../../server/console/contract/index.ts";
import { tailClosed, traceClosed } from "./limits.ts";

const genuine = { rule: "genuine", message: "A genuine nsqd" } as const;
const node = (key: string, limits: NodeRow["limits"]) => ({ key, limits }) as NodeRow;
const status = (nodes: readonly NodeRow[], state: "up" | "none") =>
  ({ nodes, database: { state } }) as unknown as StatusView;

test("[W20] a tail is closed when no node of the topic has copies to give, and the reason is the node's", () => {
  const nodes = [node("a", genuine), node("b", null)];

  expect(tailClosed(["a"], nodes)).toBe("genuine");
  expect(tailClosed(["a", "b"], nodes)).toBe(null);
  expect(tailClosed(["gone"], nodes)).toBe(null);
});

test("[W20] a trace is closed without Postgres, and where all nodes are genuine", () => {
  expect(traceClosed(status([node("b", null)], "none"))).toBe("no-database");
  expect(traceClosed(status([node("a", genuine)], "up"))).toBe("genuine");
  expect(traceClosed(status([node("a", genuine), node("b", null)], "up"))).toBe(null);
  expect(traceClosed(status([], "up"))).toBe(null);
});
