/**
 * Nodes as lookups name them: each lookup is asked for its nodes every few seconds. A lookup that falls silent
 * keeps what it named; a node that nobody names any more is forgotten after a while, since a lookup that was
 * started again knows nobody until the nodes come back to it.
 */
import { pause } from "../back-off.ts";
import { mapBounded } from "../bounded.ts";
import type { Clock } from "../clock.ts";
import type { LookupRow } from "../contract/index.ts";
import type { HttpPeer } from "../http-peer.ts";
import { type PeerAddress, parsePeerAddress } from "../peer-address.ts";
import { type Peers, peersMax } from "../peers.ts";

const askedAtOnceMax = 8;
const answerBytesMax = 32 * 1024 * 1024;
export const lookupsMax = 64;

export interface LookupsOptions {
  readonly peers: Peers;
  readonly clock: Clock;
  readonly addresses: readonly PeerAddress[];
  /** After every round. */
  readonly onRound: () => void;
  /** How often they are asked; default 5,000. */
  readonly intervalMs?: number;
  /** How long a node is kept that none names any more; default 30,000. */
  readonly forgetMs?: number;
}

interface Lookup {
  readonly peer: HttpPeer;
  row: LookupRow;
  /** Keys of the nodes it named last. */
  named: ReadonlySet<string>;
}

export class Lookups {
  readonly #options: LookupsOptions;
  readonly #forgetMs: number;
  readonly #stopped = new AbortController();
  #wake = new AbortController();
  #lookups: readonly Lookup[];
  /** When a node was last named, on the console's clock. */
  readonly #namedAtMs = new Map<string, number>();
  readonly #nodes = new Map<string, HttpPeer>();
  #done: Promise<void> = Promise.resolve();

  constructor(options: LookupsOptions) {
    this.#options = options;
    this.#forgetMs = options.forgetMs ?? 30_000;
    this.#lookups = options.addresses.map((address) => this.#lookup(address));
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
    for (const { peer } of this.#lookups) peer.close();
  }

  get peers(): readonly HttpPeer[] {
    return this.#lookups.map(({ peer }) => peer);
  }

  get rows(): readonly LookupRow[] {
    return this.#lookups.map(({ row }) => row);
  }

  get addresses(): readonly string[] {
    return this.#lookups.map(({ row }) => row.key);
  }

  /** The nodes there are now, by key. */
  get nodes(): ReadonlyMap<string, HttpPeer> {
    return this.#nodes;
  }

  /** Keys of the lookups that name it. */
  namedBy(node: string): readonly string[] {
    return this.#lookups.filter(({ named }) => named.has(node)).map(({ row }) => row.key);
  }

  /** Other lookups from now on. False: these are no addresses. */
  setAddresses(texts: readonly string[]): boolean {
    if (texts.length === 0 || texts.length > lookupsMax) return false;
    let addresses: PeerAddress[];
    try {
      addresses = texts.map(parsePeerAddress);
    } catch {
      return false;
    }
    const before = new Map(this.#lookups.map((lookup) => [lookup.row.key, lookup]));
    this.#lookups = addresses.map((address) => before.get(address.key) ?? this.#lookup(address));
    for (const lookup of before.values()) if (!this.#lookups.includes(lookup)) lookup.peer.close();
    this.#wake.abort();
    return true;
  }

  #lookup(address: PeerAddress): Lookup {
    const row = {
      key: address.key,
      state: "connecting",
      reason: null,
      lastHeardAtMs: null,
      nodeCount: null,
    } as const;
    return { peer: this.#options.peers.lookup(address), row, named: new Set() };
  }

  async #run(): Promise<void> {
    const { intervalMs = 5_000, onRound } = this.#options;
    const signal = this.#stopped.signal;
    while (!signal.aborted) {
      await mapBounded(this.#lookups, askedAtOnceMax, (lookup) => this.#ask(lookup));
      if (signal.aborted) return;
      this.#forget();
      onRound();
      this.#wake = new AbortController();
      await pause(intervalMs, AbortSignal.any([signal, this.#wake.signal]));
    }
  }

  async #ask(lookup: Lookup): Promise<void> {
    const answer = await lookup.peer.call({ method: "GET", path: "/nodes", bytesMax: answerBytesMax });
    const found = answer.status === 200 ? nodesOf(answer.body) : null;
    if (!found) {
      const reason = answer.status === 0 ? answer.body : `it answered ${answer.status} on /nodes`;
      const state = lookup.row.lastHeardAtMs === null ? "connecting" : "silent";
      lookup.row = {
        ...lookup.row,
        state,
        reason: answer.status === 200 ? "it answered what this console does not understand" : reason,
      };
      return;
    }
    const named = new Set<string>();
    for (const { host, port } of found) {
      const peer = this.#options.peers.discovered(host, port);
      if (!peer) continue;
      named.add(peer.address.key);
      this.#nodes.set(peer.address.key, peer);
    }
    lookup.named = named;
    const lastHeardAtMs = this.#options.clock.wallMs();
    lookup.row = { key: lookup.row.key, state: "up", reason: null, lastHeardAtMs, nodeCount: named.size };
  }

  #forget(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const { named } of this.#lookups) for (const key of named) this.#namedAtMs.set(key, nowMs);
    for (const [key, atMs] of this.#namedAtMs) {
      if (nowMs - atMs <= this.#forgetMs) continue;
      this.#namedAtMs.delete(key);
      this.#nodes.delete(key);
      this.#options.peers.drop(key);
    }
    if (this.#options.peers.crowded) this.#options.peers.keepOnly(this.#nodes);
  }
}

/** null: that is no answer of a lookup. Nodes that make no sense are left out. */
function nodesOf(body: string): { host: string; port: number }[] | null {
  let producers: unknown;
  try {
    producers = (JSON.parse(body) as { producers?: unknown } | null)?.producers;
  } catch {
    return null;
  }
  if (!Array.isArray(producers)) return null;
  return producers.slice(0, peersMax).flatMap((producer: unknown) => {
    const { broadcast_address: host, http_port: port } = (producer ?? {}) as Record<string, unknown>;
    return typeof host === "string" && host.length <= 255 && typeof port === "number" ? [{ host, port }] : [];
  });
}
