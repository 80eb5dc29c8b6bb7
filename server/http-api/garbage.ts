/**
 * Bytes that are no HTTP, or too slow or too much of it. go-nsq tells by the reply's first bytes
 * that it has connected to the HTTP port, so the reply is seen before the connection ends.
 */
import type { Duplex } from "node:stream";

const lingerMs = 500;
const statusLines: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** `answering`: a response has begun on this connection, so nothing can be said on it. */
export function onGarbage(error: NodeJS.ErrnoException, socket: Duplex, answering: boolean): void {
  if (!socket.writable || answering || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const status = statusLines[error.code ?? ""] ?? "400 Bad Request";
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n`;
  socket.end(head + status);
  socket.resume();
  const linger = setTimeout(() => socket.destroy(), lingerMs);
  socket.on("close", () => clearTimeout(linger));
}
