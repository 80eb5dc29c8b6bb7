import { OptionError } from "./options.ts";

/** Where to connect to: a port of a host, or the path of a unix socket. */
export type Target = { readonly host: string; readonly port: number } | { readonly path: string };

/** `host:port`, `[::1]:port` or the path of a unix socket. Throws an `OptionError`. */
export function parseAddress(address: string): Target {
  if (address.startsWith("/")) return { path: address };
  const match = /^(?:\[([\da-fA-F:.]+)\]|([^\s\p{C}:/@]+)):(\d{1,5})$/u.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535)
    throw new OptionError(`${JSON.stringify(address)} is no address of the form host:port`);
  return { host, port };
}
