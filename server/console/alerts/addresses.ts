/** Where a webhook may go: to the world, and within networks of one's own only where the operator of the console says so. */
import { BlockList, isIP } from "node:net";
import type { Networks } from "../peers.ts";

const never = blockList(
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["100.100.100.200", 32],
  ["192.0.0.0", 24],
  ["224.0.0.0", 3],
  ["::", 128],
  ["fe80::", 10],
  ["ff00::", 8],
  ["fd00:ec2::", 32],
);

const inward = blockList(
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["::1", 128],
  ["fc00::", 7],
  ["fec0::", 10],
  // Addresses of the other family within these: whoever resolves a name to one has something in mind.
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["2001::", 32],
  ["2002::", 16],
);

/** `allowed`: networks of `--webhook-cidr`; null: none. Why an address is not connected to; null: it may be. */
export function refusalOf(address: string, allowed: Networks | null): string | null {
  const plain = plainOf(address);
  const version = isIP(plain);
  const family = version === 4 ? "ipv4" : "ipv6";
  if (version === 0 || never.check(plain, family)) return `its address ${address} is nobody's`;
  if (!inward.check(plain, family) || allowed?.has(plain)) return null;
  return `its address ${address} is a private one (allow it with --webhook-cidr)`;
}

/** Without a zone, and IPv4 in IPv6's clothes as what it is. */
function plainOf(address: string): string {
  const plain = address.replace(/%.*$/, "");
  const dressed = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(plain);
  if (!dressed) return plain;
  if (dressed[1] !== undefined) return dressed[1];
  const [high, low] = [Number.parseInt(dressed[2]!, 16), Number.parseInt(dressed[3]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function blockList(...networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of networks)
    list.addSubnet(address, bits, isIP(address) === 4 ? "ipv4" : "ipv6");
  return list;
}
