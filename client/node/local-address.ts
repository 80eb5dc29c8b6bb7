import { isIP } from "node:net";

/** As `node:net` takes it. */
export interface LocalAddress {
  readonly localAddress: string;
  readonly localPort?: number;
}

/** An address of this machine to connect from, with or without a port. null: it is none. */
export function parseLocalAddress(text: string): LocalAddress | null {
  const match = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text);
  const localAddress = match?.[1] ?? match?.[2] ?? text;
  const localPort = Number(match?.[3] ?? 0);
  if (isIP(localAddress) === 0 || localPort > 65_535) return null;
  return localPort === 0 ? { localAddress } : { localAddress, localPort };
}
