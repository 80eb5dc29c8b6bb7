/** What `GET /ping` answers: no endpoint of the API, so without the API's header. */
import { type Answer, type Call, written } from "./call.ts";

/** `OK`, or what is wrong, with 500. */
export function writeHealth({ response }: Pick<Call, "response">, health: string): Answer {
  const headers = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(health),
  };
  response.writeHead(health === "OK" ? 200 : 500, headers).end(health);
  return written;
}
