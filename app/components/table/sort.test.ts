import { expect, test } from "vitest";
import { parseSort, printSort } from "./sort.ts";

test("[W12] sorting goes into the address and comes back", () => {
  expect(parseSort("-depth,name")).toEqual([
    { id: "depth", desc: true },
    { id: "name", desc: false },
  ]);
  expect(printSort(parseSort("-depth,name"))).toBe("-depth,name");
});

test("[W12] nonsense sorts nothing", () => {
  expect(parseSort(",-,")).toEqual([]);
});
