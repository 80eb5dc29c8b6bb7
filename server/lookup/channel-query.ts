/** Asks nsqlookupds over HTTP which channels a topic has. What they answer is believed as far as it is bounded. */
import { Agent, type IncomingMessage, request } from "node:http";
import { readChannels } from "../protocol/lookup-http.ts";
import { isEphemeral, isValidName } from "../protocol/names.ts";
import type { LookupAddress } from "./lookup-peer.ts";

/** Of an answer. */
const answerBytesMax = 1024 * 1024;
/** Taken over from one answer: whoever says more does a node more harm than good. */
const channelsMax = 1_000;
/** Connections to one lookup, and answers read at once. */
const socketsMax = 8;

export interface QueryTimeouts {
  readonly connectMsMax: number;
  /** For the whole of a request. */
  readonly requestMsMax: number;
}

export class ChannelQuery {
  readonly #timeouts: QueryTimeouts;
  readonly #agent = new Agent({
    keepAlive: true,
    maxSockets: socketsMax,
    maxFreeSockets: 1,
    timeout: 30_000,
  });

  constructor(timeouts: QueryTimeouts) {
    this.#timeouts = timeouts;
  }

  /** Names of channels to create: valid, lasting, each once. Rejects when there is no such answer in time. */
  async channelsOf(topic: string, { host, port }: LookupAddress, signal: AbortSignal): Promise<string[]> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(this.#timeouts.requestMsMax)]);
    const path = `/channels?topic=${encodeURIComponent(topic)}`;
    const response = await this.#get({ host, port, path }, within);
    const text = await readBounded(response);
    const channels = response.statusCode === 200 ? readChannels(text) : null;
    if (channels === null) throw new Error(`its answer (${response.statusCode}) has no list of channels`);
    const wanted = new Set(channels.filter((name) => isValidName(name) && !isEphemeral(name)));
    return [...wanted].slice(0, channelsMax);
  }

  close(): void {
    this.#agent.destroy();
  }

  #get(to: { host: string; port: number; path: string }, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request({ ...to, agent: this.#agent, signal }, resolve);
      asked.on("error", (error) => reject(signal.aborted ? new Error("it took too long") : error));
      asked.on("socket", (socket) => {
        if (!socket.connecting) return;
        const late = setTimeout(
          () => asked.destroy(new Error("it does not answer")),
          this.#timeouts.connectMsMax,
        );
        for (const event of ["connect", "close"]) socket.once(event, () => clearTimeout(late));
      });
      asked.end();
    });
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
