/** Headers that every answer has, and those that may pass to and from the pages' process. */
import type { IncomingHttpHeaders } from "node:http";

export const baseHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

export const strictTransport = "max-age=31536000";

/** Nothing at all: for JSON and for files. */
export const closedPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * For pages. Next reads the nonce from this header of the request. Styles are free to be inline: chart
 * and toast libraries set them, and a style cannot run.
 */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** What of a browser's request the pages' process gets to see. All else is left out, its own inner headers first of all. */
const toPages = [
  "accept",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "host",
  "if-modified-since",
  "if-none-match",
  "next-router-prefetch",
  "next-router-segment-prefetch",
  "next-router-state-tree",
  "next-url",
  "purpose",
  "range",
  "rsc",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
  "sec-purpose",
  "user-agent",
] as const;

/** `cookies`: only ours, that is, those whose names begin with `weir`. */
export function headersToPages(headers: IncomingHttpHeaders, policy: string): IncomingHttpHeaders {
  const passed: Record<string, string | string[]> = { "content-security-policy": policy };
  for (const name of toPages) {
    const value = headers[name];
    if (value !== undefined) passed[name] = value;
  }
  const cookies = (headers.cookie ?? "").split(/;\s*/).filter((pair) => /^(__Host-)?weir/.test(pair));
  if (cookies.length > 0) passed["cookie"] = cookies.join("; ");
  return passed;
}

const notFromPages = ["set-cookie", "x-powered-by", "content-security-policy", "connection", "keep-alive"];

export function headersFromPages<Headers extends Record<string, unknown>>(headers: Headers): Headers {
  const passed: Record<string, unknown> = { ...headers };
  for (const name of notFromPages) delete passed[name];
  return passed as Headers;
}
