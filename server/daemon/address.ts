/** `host:port`, `[v6]:port` or `:port` as Go's listeners take it; anything else is the path of a unix socket. */
import type { ListenOptions } from "node:net";

export function listenOptions(address: string): ListenOptions {
  const found = /^(?:\[(?<v6>[^\]]*)\]|(?<host>[^:/]*)):(?<port>\d+)$/.exec(address);
  if (!found?.groups) return { path: address };
  const host = found.groups["v6"] ?? found.groups["host"];
  return { port: Number(found.groups["port"]), ...(host && { host }) };
}

/** The address as bound: the port that was chosen in place of 0. */
export function boundAddress(address: string, port: number): string {
  return port < 0 ? address : address.replace(/:\d+$/, `:${port}`);
}
