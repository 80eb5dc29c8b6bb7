import { expect, test } from "vitest";
import { shownOf } from "./shown-columns.ts";

const columns = ["name", "depth", "in", "bytes"].map((id) => ({
  id,
  cell: () => null,
  ...(id === "bytes" && { optional: true }),
}));
const ids = (chosen: readonly string[] | null) => shownOf(columns, chosen).map(({ id }) => id);

test("[WT1] columns are those that the table has by itself, or the chosen ones in their order, the name first", () => {
  expect(ids(null)).toEqual(["name", "depth", "in"]);
  expect(ids(["bytes", "depth"])).toEqual(["name", "bytes", "depth"]);
});

test("[WT1] an address with nonsense in it chooses nothing that is not there, and none twice", () => {
  expect(ids(["bytes", "bytes", "__proto__", "name"])).toEqual(["name", "bytes"]);
  expect(ids(["nothing"])).toEqual(["name", "depth", "in"]);
  expect(ids([])).toEqual(["name", "depth", "in"]);
});
