/** What a node asks of nsqlookupds over HTTP. Their answers are read and believed within bounds. */
import { Agent, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { readChannels } from "../protocol/lookup-http.ts";
import { isEphemeral, isValidName } from "../protocol/names.ts";
import type { LookupAddress } from "./lookup-peer.ts";

/** Of an answer. */
const answerBytesMax = 1024 * 1024;
/** Taken over from one answer: whoever says more does a node more harm than good. */
const channelsMax = 1_000;
/** Connections to one lookup, and answers read at once. */
const socketsMax = 8;

export interface RequestTimeouts {
  readonly connectMsMax: number;
  /** For the whole of a request, its answer included. */
  readonly requestMsMax: number;
}

export class LookupHttp {
  readonly #timeouts: RequestTimeouts;
  readonly #agent = new Agent({
    keepAlive: true,
    maxSockets: socketsMax,
    maxFreeSockets: 1,
    timeout: 30_000,
  });

  constructor(timeouts: RequestTimeouts) {
    this.#timeouts = timeouts;
  }

  /** Names of channels to create: valid, lasting, each once. Rejects when there is no such answer in time. */
  async channelsOf(topic: string, at: LookupAddress, signal: AbortSignal): Promise<string[]> {
    const { status, text } = await this.#ask(
      "GET",
      `/channels?topic=${encodeURIComponent(topic)}`,
      at,
      signal,
    );
    const channels = status === 200 ? readChannels(text) : null;
    if (channels === null) throw new Error(`its answer (${status}) has no list of channels`);
    const wanted = new Set(channels.filter((name) => isValidName(name) && !isEphemeral(name)));
    return [...wanted].slice(0, channelsMax);
  }

  /** Has it forget a topic with its channels, or a channel. Rejects when it does not say that it has. */
  async forget(topic: string, channel: string | null, at: LookupAddress): Promise<void> {
    const query = `topic=${encodeURIComponent(topic)}`;
    const path =
      channel === null
        ? `/topic/delete?${query}`
        : `/channel/delete?${query}&channel=${encodeURIComponent(channel)}`;
    const { status } = await this.#ask("POST", path, at);
    // What it does not know it has forgotten.
    if (status !== 200 && status !== 404) throw new Error(`it answers ${status}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(
    method: "GET" | "POST",
    path: string,
    { host, port }: LookupAddress,
    ...signals: readonly AbortSignal[]
  ): Promise<{ status: number | undefined; text: string }> {
    const signal = AbortSignal.any([...signals, AbortSignal.timeout(this.#timeouts.requestMsMax)]);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request({ method, host, port, path, agent: this.#agent, signal }, resolve);
      asked.on("error", (error) => reject(signal.aborted ? new Error("it took too long") : error));
      asked.on("socket", (socket) => this.#watchConnecting(socket));
      asked.end();
    });
    return { status: response.statusCode, text: await readBounded(response) };
  }

  #watchConnecting(socket: Socket): void {
    if (!socket.connecting) return;
    const late = setTimeout(
      () => socket.destroy(new Error("it does not answer")),
      this.#timeouts.connectMsMax,
    );
    for (const event of ["connect", "close"]) socket.once(event, () => clearTimeout(late));
  }
}

async function readBounded(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error(`its answer is longer than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
