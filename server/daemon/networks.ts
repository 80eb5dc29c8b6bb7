/** Networks as options name them: `10.0.0.0/8`, `fd00::/8`, or a single address. */
import { BlockList, isIP } from "node:net";

/** Whether an address belongs to any of them; false for none at all. */
export interface Networks {
  has(address: string): boolean;
}

/** null: one of them is no network. */
export function parseNetworks(texts: readonly string[]): Networks | null {
  const list = new BlockList();
  for (const text of texts) {
    const [address = "", bits] = text.trim().split("/");
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (version === 0 || !(length <= most)) return null;
    list.addSubnet(address, length, version === 4 ? "ipv4" : "ipv6");
  }
  return {
    has: (address) => {
      // A socket that listens for both has IPv4 peers as ::ffff:10.0.0.1.
      const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "").replace(/%.*$/, "");
      const version = isIP(plain);
      return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
    },
  };
}
