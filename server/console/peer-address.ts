/** Where a node or lookup answers HTTP, and whether it may be connected to. */
import { lookup as resolve } from "node:dns";
import type { LookupFunction } from "node:net";

export interface PeerAddress {
  /** `host:port`, as configured or announced: the peer's key everywhere in the console. */
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

/** `host:port`, IPv6 in brackets. Throws on anything else: it is configuration. */
export function parsePeerAddress(text: string): PeerAddress {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port < 1 || port > 65_535) throw new Error(`not a host:port: ${JSON.stringify(text)}`);
  return { key: text, host: match[1]!.replace(/^\[|\]$/g, ""), port };
}

/**
 * Resolves a host and connects to what was checked: a name that is asked twice may answer twice differently.
 * One address that is refused refuses them all.
 */
export function checkedLookup(refuse: (address: string) => string | null): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const refused = found.map(({ address }) => refuse(address)).find((reason) => reason !== null);
      if (refused !== undefined) return done(new Error(refused), []);
      if (options.all) done(null, found);
      else done(null, found[0]!.address, found[0]!.family);
    });
  };
}
