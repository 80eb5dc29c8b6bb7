/** What a node or lookup answered: read within bounds, and why there is none in words. */
import type { IncomingMessage } from "node:http";

/** A stream that the peer did not open. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, path: string) {
    super(refusals[status] ?? `it answered ${status} on ${path}`);
    this.status = status;
  }
}

const refusals: Readonly<Record<number, string>> = {
  401: "it refused the cluster's secret",
  403: "it refused the cluster's secret",
  404: "it has no live stream: not a node of Weir",
  421: "it does not know itself by this name (--http-allowed-host)",
};

/** Where it serves https, if a refusal of a plain request says so. */
export function httpsPortOf(refusal: Buffer): number | null {
  try {
    const port = (JSON.parse(refusal.toString("utf8")) as { https_port?: unknown } | null)?.https_port;
    return typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch {
    return null;
  }
}

/** The whole body. Rejects beyond `bytesMax`. */
export async function readAll(response: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error("its answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Calls `onLine` with each complete line. What is left without its newline at the end is dropped. */
export async function splitLines(
  chunks: AsyncIterable<Buffer>,
  lineBytesMax: number,
  onLine: (line: string) => void,
): Promise<void> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end));
      if (bytes + end - from > lineBytesMax) throw new Error("it sent a line that is too long");
      onLine((parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString("utf8"));
      parts = [];
      bytes = 0;
      from = end + 1;
    }
    bytes += chunk.length - from;
    if (bytes > lineBytesMax) throw new Error("it sent a line that is too long");
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
}

/** Why a connection failed, without the stack. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === "ECONNREFUSED") return "nothing listens there";
  if (code === "ECONNRESET") return "it closed the connection";
  if (code === "ENOTFOUND") return "no such host";
  return error instanceof Error ? error.message : String(error);
}
