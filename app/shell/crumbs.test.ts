import { expect, test } from "vitest";
import { paths } from "../paths.ts";
import { above, crumbs } from "./crumbs.ts";

test("[W10] a page says where it stands, names as they are", () => {
  expect(crumbs(paths.channel("a#ephemeral", "..")).map(({ label }) => label)).toEqual([
    { place: "topics" },
    { name: "a#ephemeral" },
    { name: ".." },
  ]);
  expect(crumbs("/__proto__").map(({ label }) => label)).toEqual([{ place: "overview" }]);
  expect(crumbs("/settings/about").map(({ label }) => label)).toEqual([
    { place: "settings" },
    { section: "about" },
  ]);
  expect(crumbs("/settings/__proto__").map(({ label }) => label)).toEqual([{ place: "settings" }]);
});

test("[W10] one level up is the page that holds this one", () => {
  expect(above(paths.channel("orders", "billing"))).toBe(paths.topic("orders"));
  expect(above(paths.topic("orders"))).toBe(paths.topics);
  expect(above(paths.topics)).toBeNull();
  expect(above(paths.settings("tokens"))).toBeNull();
});
