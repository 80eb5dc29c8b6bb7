import { expect, test } from "vitest";
import { nameOf, paths } from "./paths.ts";
import { crumbs } from "./shell/crumbs.ts";

test("[W10] a name with # survives the way into an address and back", () => {
  expect(paths.channel("a#ephemeral", "b#ephemeral")).toBe("/topics/a%23ephemeral/channels/b%23ephemeral");
  expect(nameOf("a%23ephemeral")).toBe("a#ephemeral");
});

test.each([".", "..", "...", "..#ephemeral", ".hidden", "ends.in.."])(
  "[W10] the legal name %s is a part of the path, not a step to its parent",
  (name) => {
    const path = paths.channel(name, name);

    expect(new URL(path, "http://a").pathname).toBe(path);
    expect(path.split("/")).toHaveLength(5);
    expect(decodeURIComponent(path)).not.toMatch(/\/\.|\.\//);
    expect(nameOf(path.split("/")[2]!)).toBe(name);
  },
);

test("[W10] what cannot be decoded is left as it is", () => {
  expect(nameOf("100%")).toBe("100%");
});

test("[W10] names that mean something to JavaScript are only names", () => {
  expect(crumbs("/topics/__proto__/channels/constructor").map(({ label }) => label)).toEqual([
    { place: "topics" },
    { name: "__proto__" },
    { name: "constructor" },
  ]);
  expect(crumbs("/constructor")).toEqual([{ label: { place: "overview" }, href: "/" }]);
});
