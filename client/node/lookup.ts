/** Asks one lookup who has a topic. What it says is believed as far as it can be an address. */
import { parseAddress } from "./address.ts";
import { ClientError } from "./errors.ts";
import { OptionError } from "./options.ts";

/** A lookup that says more than this is not listened to. */
const replyBytesMax = 4 * 1024 * 1024;
const nodesMax = 1_000;

/** `host:port` or a URL, to the URL that is asked. Throws an `OptionError`. */
export function lookupUrl(address: string, topic: string): URL {
  const text = address.includes("://") ? address : `http://${address}`;
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new OptionError(`${JSON.stringify(address)} is no address of a lookup`);
  const url = new URL(text);
  if (url.pathname === "/") url.pathname = "/lookup";
  url.searchParams.set("topic", topic);
  return url;
}

/** The nodes, as `host:port`; none when the lookup does not know the topic. Throws a `ClientError`. */
export async function askLookup(url: URL, signal: AbortSignal): Promise<string[]> {
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, { headers: { accept: "application/vnd.nsq; version=1.0" }, signal });
    status = response.status;
    text = await boundedText(response);
  } catch (error) {
    throw failure(url, error instanceof Error ? reasonOf(error) : String(error), error);
  }
  if (status === 404) return [];
  if (status !== 200) throw failure(url, `status ${status}`);
  return nodesIn(text, url);
}

/** `fetch` says "fetch failed", and why only in the cause. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    // Leaving the loop cancels the rest.
    if (bytes > replyBytesMax) throw new Error(`more than ${replyBytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function nodesIn(text: string, url: URL): string[] {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (error) {
    throw failure(url, "no JSON", error);
  }
  // Lookups before version 1.0 wrapped it.
  const producers = field(said, "producers") ?? field(field(said, "data"), "producers");
  if (!Array.isArray(producers)) throw failure(url, "no producers in its answer");
  return producers.slice(0, nodesMax).flatMap((producer) => addressOf(producer) ?? []);
}

function addressOf(producer: unknown): string | null {
  const host = field(producer, "broadcast_address");
  const port = field(producer, "tcp_port");
  if (typeof host !== "string" || typeof port !== "number") return null;
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  try {
    // A path of a unix socket would be one of this machine, whatever machine the lookup speaks of.
    return "path" in parseAddress(address) ? null : address;
  } catch {
    return null;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function failure(url: URL, reason: string, cause?: unknown): ClientError {
  return new ClientError("BAD_LOOKUP", `lookup ${url.host}: ${reason}`, { cause });
}
