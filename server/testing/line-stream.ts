/** A response of lines, each a JSON value, as it comes. */
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { secret } from "./http-server.ts";

export class LineStream<T> implements Disposable {
  readonly lines: T[] = [];
  status = 0;
  headers: IncomingHttpHeaders = {};
  ended = false;
  readonly #outgoing;
  #response: IncomingMessage | null = null;
  #rest = "";

  constructor(port: number, path: string) {
    const headers = { authorization: `Bearer ${secret}` };
    this.#outgoing = request({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      this.#response = response;
      this.status = response.statusCode ?? 0;
      this.headers = response.headers;
      response.setEncoding("utf8").on("data", (text: string) => this.#take(text));
      response.on("error", () => {});
      response.on("close", () => {
        this.ended = true;
      });
    });
    this.#outgoing.on("error", () => {});
    this.#outgoing.end();
  }

  pause(): void {
    this.#response!.pause();
  }

  resume(): void {
    this.#response!.resume();
  }

  [Symbol.dispose](): void {
    this.#outgoing.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    if (this.status !== 200) return;
    for (const line of lines) this.lines.push(JSON.parse(line));
  }
}
