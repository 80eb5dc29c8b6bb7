/**
 * Which requests are ours at all: by `Host`, against a page whose name was made to point here, and by
 * `Origin`, against other pages that send requests from somebody's browser. Pure.
 */
import { isIP } from "node:net";

export interface GuardOptions {
  /** This machine's own name. */
  readonly hostname: string;
  /** `--http-allowed-host`. */
  readonly allowedHosts: readonly string[];
}

/** The name in a `Host` header, without port and brackets, in small letters; null: it is none. */
export function hostName(header: string | undefined): string | null {
  if (!header || header.length > 260) return null;
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}

/** An address, a name without dots, this machine's name, or one that was allowed (CG1). */
export function isAllowedHost(header: string | undefined, options: GuardOptions): boolean {
  const name = hostName(header);
  if (name === null) return false;
  if (isIP(name) !== 0 || !name.includes(".")) return true;
  return (
    name === options.hostname.toLowerCase() ||
    options.allowedHosts.some((host) => host.toLowerCase() === name)
  );
}

/**
 * True when `origin` is the page's own: the same host and port as the request was sent to (CG2). `null` never is.
 * `secure`: people reach us by https, so a page that came by http is somebody else's.
 */
export function isOwnOrigin(origin: string | undefined, host: string | undefined, secure = false): boolean {
  if (!origin || !host || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.origin !== origin) return false;
  if (url.protocol !== "https:" && (secure || url.protocol !== "http:")) return false;
  // The port that a scheme implies is written in neither, or in the Host header alone.
  return URL.canParse(`${url.protocol}//${host}`) && new URL(`${url.protocol}//${host}`).host === url.host;
}
