import { expect, test } from "vitest";
import { checkUp } from "../cli/check-up.ts";
import { StartError } from "../cli/config-file.ts";
import type { Values } from "../cli/option.ts";
import { upOptions } from "../cli/up-options.ts";
import { isChosenBySystem, isLoopback, nextPort, numberedAddress, reachable } from "./up-addresses.ts";

test("[UP7] ports are 100 apart, on the host that was given, and HTTPS is next to HTTP", () => {
  expect([0, 1, 2].map((index) => numberedAddress("127.0.0.1:4150", index))).toEqual([
    "127.0.0.1:4150",
    "127.0.0.1:4250",
    "127.0.0.1:4350",
  ]);
  expect(numberedAddress("[::1]:4161", 1)).toBe("[::1]:4261");
  expect(nextPort("127.0.0.1:4151")).toBe("127.0.0.1:4152");
});

test("[UP7] a port that the system chooses it chooses for each", () => {
  expect(numberedAddress("127.0.0.1:0", 3)).toBe("127.0.0.1:0");
  expect(nextPort("127.0.0.1:0")).toBe("127.0.0.1:0");
  expect(["127.0.0.1:0", "127.0.0.1:10"].map(isChosenBySystem)).toEqual([true, false]);
});

test("[UP7] who listens everywhere is reached on this machine", () => {
  expect(["0.0.0.0:1", "[::]:1", ":1", "10.0.0.1:1"].map(reachable)).toEqual([
    "127.0.0.1:1",
    "127.0.0.1:1",
    "127.0.0.1:1",
    "10.0.0.1:1",
  ]);
  expect(["127.0.0.1:1", "[::1]:1", "localhost:1", "10.0.0.1:1"].map(isLoopback)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test("[UP7] there is a node at least, and no more of a kind than a machine has ports for", () => {
  const defaults = Object.fromEntries(
    Object.entries(upOptions).map(([name, { default: value }]) => [name, value]),
  );
  const check = (more: object) => () => checkUp({ ...defaults, ...more } as Values<typeof upOptions>);

  for (const fine of [{}, { nodes: 64 }, { lookups: 16 }]) expect(check(fine)).not.toThrow();
  for (const wrong of [{ nodes: 0 }, { nodes: 65 }, { lookups: -1 }, { lookups: 17 }])
    expect(check(wrong)).toThrow(StartError);
});
