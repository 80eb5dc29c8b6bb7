import { expect, test } from "vitest";
import { parseSort, printSort } from "../../../server/console/contract/index.ts";
import { toggled } from "./sort.ts";

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

test("[W12] a header sorts one way, then the other, then not; beside others with Shift", () => {
  const falling = toggled([{ id: "name", desc: false }], "depth", true, false);
  const rising = toggled(falling, "depth", true, false);

  expect([falling, rising, toggled(rising, "depth", true, false)].map(printSort)).toEqual([
    "-depth",
    "depth",
    "",
  ]);
  expect(printSort(toggled(falling, "name", false, true))).toBe("-depth,name");
  expect(printSort(toggled(falling, "depth", true, true))).toBe("depth");
});
