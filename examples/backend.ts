/**
 * What a team's own web server does for its pages: serves them, and gets them tokens of the console's with an API
 * token that no page ever sees.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { rolldown } from "rolldown";
import type { Weir } from "./weir.ts";

export interface Example {
  readonly name: string;
  readonly title: string;
  /** Of `page`: what runs in the browser. */
  readonly script: string;
  readonly topic: string;
  readonly channel: string;
  /** More that its tokens allow. */
  readonly more?: object;
  /** What the team's other services do meanwhile, until `stop`. */
  readonly work: (publish: (body: object) => Promise<void>, stop: AbortSignal) => Promise<void>;
}

const bodyBytesMax = 16 * 1024;

/** @returns where the page is */
export async function serve(
  example: Example,
  weir: Weir,
  port: number,
): Promise<{ url: string; close(): void }> {
  const folder = join(import.meta.dirname, example.name);
  const page = await readFile(join(folder, "index.html"));
  const script = await bundle(join(folder, example.script));
  let url = "";
  const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => unknown> = {
    "GET /": (_, response) => response.setHeader("content-type", "text/html; charset=utf-8").end(page),
    "GET /page.js": (_, response) =>
      response.setHeader("content-type", "text/javascript; charset=utf-8").end(script),
    "GET /weir": (_, response) => response.end(weir.url),
    "POST /token": async (_, response) => response.end(await mint(example, weir, url)),
    "POST /publish": async (request, response) => {
      await publish(weir, example.topic, await readAll(request));
      response.end();
    },
  };
  const server = createServer((request, response) => {
    const route = routes[`${request.method} ${request.url}`];
    const isOurs = request.method === "GET" || request.headers.origin === url;
    if (!route || !isOurs) return void response.writeHead(route ? 403 : 404).end();
    Promise.resolve(route(request, response)).catch((error: Error) => {
      response.writeHead(502).end(error.message);
    });
  });
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => server.close() };
}

export async function publish(weir: Weir, topic: string, body: string): Promise<void> {
  const answer = await fetch(`${weir.nodeUrl}/pub?topic=${topic}`, { method: "POST", body });
  if (!answer.ok) throw new Error(`the node answered ${answer.status}`);
}

async function mint({ topic, channel, more }: Example, weir: Weir, origin: string): Promise<string> {
  const answer = await fetch(`${weir.url}/api/v1/consume/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${weir.apiToken}`, "content-type": "application/json" },
    body: JSON.stringify({
      topics: [topic],
      channels: [channel, `${channel}-*#ephemeral`],
      origins: [origin],
      ...more,
    }),
  });
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { token: string }).token;
}

async function bundle(input: string): Promise<string> {
  const bundled = await rolldown({
    input,
    transform: { define: { "process.env.NODE_ENV": '"production"' } },
  });
  const { output } = await bundled.generate({ format: "esm", minify: true });
  await bundled.close();
  return output[0].code;
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) {
    text += part;
    if (text.length > bodyBytesMax) throw new Error("that is too long");
  }
  return text;
}
