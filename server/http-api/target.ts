/** What a request asks for: a path and a query, read as Go's `net/url` reads them. */
import { Refusal } from "./errors.ts";

export interface Target {
  /** Percent-decoded; `*` for `OPTIONS *`. */
  readonly path: string;
  /** As sent, without its `?`; null: there was none. */
  readonly rawQuery: string | null;
  /** Of an absolute target, which stands above the Host header. */
  readonly host: string | null;
}

/** null: no such target can be. */
export function parseTarget(url: string): Target | null {
  const absolute = /^https?:\/\/([^/?#]*)/i.exec(url);
  const rest = absolute ? url.slice(absolute[0].length) : url;
  const mark = rest.indexOf("?");
  const rawPath = mark < 0 ? rest : rest.slice(0, mark);
  const path = unescaped(rawPath);
  if (path === null || (!path.startsWith("/") && path !== "*" && !absolute)) return null;
  return {
    path: path === "" ? "/" : path,
    rawQuery: mark < 0 ? null : rest.slice(mark + 1),
    host: absolute?.[1] ?? null,
  };
}

/** First value of each parameter. */
export type Query = ReadonlyMap<string, string>;

export function parseQuery(rawQuery: string | null): Query | Refusal {
  const query = new Map<string, string>();
  if (rawQuery === null) return query;
  for (const pair of rawQuery.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = unescaped((equals < 0 ? pair : pair.slice(0, equals)).replaceAll("+", " "));
    const value = unescaped(equals < 0 ? "" : pair.slice(equals + 1).replaceAll("+", " "));
    if (name === null || value === null || pair.includes(";")) return new Refusal("INVALID_REQUEST");
    if (!query.has(name)) query.set(name, value);
  }
  return query;
}

/** null: a `%` without two hexadecimal digits. What is not UTF-8 becomes U+FFFD, which no name contains. */
function unescaped(text: string): string | null {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return null;
  // node:http gives one character a byte.
  const bytes = text.replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
