/** A message as the request that carries it. */
import type { HttpCaller } from "../http-caller.ts";

export interface RequestSettings {
  readonly method: "GET" | "POST";
  /** Of a GET with one %s in it, and `%%` for a per cent sign: NSQ has them as format strings. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Rejects with a sentence unless it was taken: by any 2xx of a POST, by 200 of a GET. */
export async function sendMessage(
  http: HttpCaller,
  settings: RequestSettings,
  body: Uint8Array,
): Promise<void> {
  const { method, url, headers } = settings;
  const isPost = method === "POST";
  const status = await http.status(isPost ? url : filledIn(url, body), {
    method,
    headers,
    ...(isPost ? { body } : {}),
  });
  const taken = isPost ? status >= 200 && status < 300 : status === 200;
  if (!taken) throw new Error(`got status code ${status}`);
}

function filledIn(url: string, body: Uint8Array): string {
  return url.replace(/%[s%]/g, (found) => (found === "%s" ? queryEscape(body) : "%"));
}

/** As Go escapes it: a space is a plus, and what is not a letter, a digit or one of -_.~ its bytes in hexadecimal. */
function queryEscape(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("latin1")
    .replace(/[^A-Za-z0-9_.~-]/g, (char) =>
      char === " " ? "+" : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );
}

/** `Name: value` as a pair. */
export function headerOf(text: string): [name: string, value: string] {
  const colon = text.indexOf(":");
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}
