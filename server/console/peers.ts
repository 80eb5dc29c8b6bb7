/**
 * Clients to nodes and lookups, one an address. Those the operator has named are taken as they are. Nodes
 * that lookups name are checked: anybody may register anything at a lookup (CD3).
 */
import { BlockList, isIP } from "node:net";
import { HttpPeer, type PeerSettings } from "./http-peer.ts";
import { type PeerAddress, parsePeerAddress } from "./peer-address.ts";

/** Networks, as `--node-cidr` names them. */
export interface Networks {
  has(address: string): boolean;
}

export interface PeersOptions {
  readonly secret: string;
  readonly settings: PeerSettings;
  /** Where nodes that lookups name may be, and are trusted with the secret; null: not said. */
  readonly nodeNetworks: Networks | null;
}

/** A lookup that lies does not fill our memory. */
export const peersMax = 2_000;

/** Never a node's: this network, link-local with the clouds' metadata, multicast, reserved. */
const nobody = blockList(
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["100.100.100.200", 32],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["::", 128],
  ["fe80::", 10],
  ["ff00::", 8],
  ["fd00:ec2::", 32],
);
const loopback = blockList(["127.0.0.0", 8], ["::1", 128]);

export class Peers {
  readonly #options: PeersOptions;
  readonly #peers = new Map<string, HttpPeer>();
  /** Lookups of this very machine may name nodes of it. */
  #onLoopback = false;

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  /** A node that the operator has named. */
  node(address: PeerAddress): HttpPeer {
    const { secret, settings } = this.#options;
    return this.#kept(address.key, () => new HttpPeer(address, { secret, settings }));
  }

  /** A lookup that the operator has named. */
  lookup(address: PeerAddress): HttpPeer {
    if (isLoopback(address.host)) this.#onLoopback = true;
    return new HttpPeer(address, { secret: null, settings: this.#options.settings });
  }

  /** A node that a lookup has named; null: that is no address, or one too many. */
  discovered(host: string, port: number): HttpPeer | null {
    const key = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    let address: PeerAddress;
    try {
      address = parsePeerAddress(key);
    } catch {
      return null;
    }
    if (!this.#peers.has(key) && this.#peers.size >= peersMax) return null;
    const { nodeNetworks, secret, settings } = this.#options;
    const refuse = (ip: string) => this.#refusalOf(ip);
    const trusted = nodeNetworks === null ? null : secret;
    return this.#kept(key, () => new HttpPeer(address, { secret: trusted, settings, refuse }));
  }

  /** Nobody names it any more. */
  drop(key: string): void {
    this.#peers.get(key)?.close();
    this.#peers.delete(key);
  }

  /** Half of the places are taken: by far more nodes than there are, or by what a lookup has made up. */
  get crowded(): boolean {
    return this.#peers.size > peersMax / 2;
  }

  /** Closes all others. */
  keepOnly(keys: { has(key: string): boolean }): void {
    for (const key of this.#peers.keys()) if (!keys.has(key)) this.drop(key);
  }

  close(): void {
    this.keepOnly(new Set());
  }

  #kept(key: string, make: () => HttpPeer): HttpPeer {
    const kept = this.#peers.get(key) ?? make();
    this.#peers.set(key, kept);
    return kept;
  }

  #refusalOf(address: string): string | null {
    const { nodeNetworks } = this.#options;
    if (nodeNetworks !== null)
      return nodeNetworks.has(address) ? null : `its address ${address} is in no --node-cidr`;
    if (isIn(nobody, address)) return `its address ${address} is none of a node`;
    if (isIn(loopback, address) && !this.#onLoopback)
      return `its address ${address} is this machine's own (allow it with --node-cidr)`;
    return null;
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || isIn(loopback, host);
}

function isIn(list: BlockList, address: string): boolean {
  const plain = address.replace(/%.*$/, "");
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
}

function blockList(...networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of networks)
    list.addSubnet(address, bits, isIP(address) === 4 ? "ipv4" : "ipv6");
  return list;
}
