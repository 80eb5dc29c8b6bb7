import { expect, test } from "vitest";
import { holdOrder } from "./order.ts";

test("[W4] rows keep their places, gone ones leave, new ones come last", () => {
  expect(holdOrder(["a", "b", "c"], ["d", "c", "a"])).toEqual({ keys: ["a", "c", "d"], moved: 2 });
});

test("[W4] nothing waits when the order is as it would be sorted", () => {
  expect(holdOrder(["a", "b"], ["a", "b"]).moved).toBe(0);
});
