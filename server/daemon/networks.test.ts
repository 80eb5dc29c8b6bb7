import { expect, test } from "vitest";
import { parseNetworks } from "./networks.ts";

test.each([
  ["127.0.0.1/8", "127.4.5.6", true],
  ["127.0.0.1/8", "::ffff:127.0.0.1", true],
  ["127.0.0.1/8", "128.0.0.1", false],
  ["10.1.2.3", "10.1.2.3", true],
  ["10.1.2.3", "10.1.2.4", false],
  ["fd00::/8", "fd12::1", true],
  ["fd00::/8", "fe80::1%eth0", false],
  ["fe80::/10", "fe80::1%eth0", true],
  ["0.0.0.0/0", "not an address", false],
])("[AD8] %s has %s: %s", (network, address, has) => {
  expect(parseNetworks([network])!.has(address)).toBe(has);
});

test.each(["word", "10.0.0.0/33", "fd00::/129", "10.0.0/8", "10.0.0.0/x", "10.0.0.0/"])(
  "[AD8] %s is no network",
  (text) => {
    expect(parseNetworks([text])).toBe(null);
  },
);
