/** Answers as bytes. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { declaredBytes } from "./body.ts";
import { type Answer, Json, written } from "./call.ts";
import type { Refusal } from "./errors.ts";

const nsqHeader = { "X-Nsq-Content-Type": "nsq; version=1.0" };
/** A request's unread rest up to here is read and thrown away, so that its connection can be kept. */
const restBytesMax = 256 * 1024;
/** How long a client that still sends has to see the answer before its connection ends. */
const lingerMs = 500;

export function reply(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (answer === written || response.headersSent || response.destroyed) return;
  if (answer === null) send(request, response, 200, {}, "");
  else if (typeof answer === "string") send(request, response, 200, textType(answer), answer);
  else if (answer instanceof Json) send(request, response, 200, jsonType, JSON.stringify(answer.value));
  else refuse(request, response, answer);
}

function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  send(request, response, refusal.status, { ...jsonType, ...refusal.headers }, refusal.body);
}

const jsonType = { "Content-Type": "application/json; charset=utf-8" };

function textType(text: string): Record<string, string> {
  return text === "" ? {} : { "Content-Type": "text/plain; charset=utf-8" };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  const sized = { ...nsqHeader, ...headers, "Content-Length": Buffer.byteLength(body) };
  if (request.complete || (declaredBytes(request) ?? Number.POSITIVE_INFINITY) <= restBytesMax) {
    response.writeHead(status, sized).end(body);
    return;
  }
  // Closed with bytes unread, the connection would be reset, and the answer lost on its way.
  response.writeHead(status, { ...sized, Connection: "close" });
  response.write(body);
  const linger = setTimeout(() => response.end(), lingerMs);
  request.on("data", () => {});
  request.on("end", () => response.end());
  response.on("close", () => clearTimeout(linger));
  request.resume();
}
