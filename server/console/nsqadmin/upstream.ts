/**
 * What nsqadmin asks of lookups and nodes: all of a kind at once, joined. One that fails is named beside what
 * the others said; when all fail there is nothing to say (AD2).
 */
import { STATUS_CODES } from "node:http";
import type { z } from "zod";
import { mapBounded } from "../bounded.ts";
import type { HttpPeer, PeerAnswer, PeerCall } from "../http-peer.ts";
import {
  channelsAnswer,
  infoAnswer,
  lookupAnswer,
  nodesAnswer,
  statsAnswer,
  topicsAnswer,
  type UpstreamProducer,
  type UpstreamTopic,
} from "./upstream-schema.ts";

const askedAtOnceMax = 16;
/** Answers about all topics of a node may be long. */
const askedForAllMax = 4;
/** Ten thousand topics with their channels and some clients. */
const answerBytesMax = 32 * 1024 * 1024;

/** Everybody that was asked has failed. */
export class UpstreamError extends Error {}

/** What was said, and by whom not. */
export interface Joined<T> {
  readonly value: T;
  readonly errors: readonly string[];
}

export interface Producer extends UpstreamProducer {
  readonly peer: HttpPeer;
  /** `lookup/remote address` of each lookup that names it; null: no lookup does. */
  remoteAddresses: readonly string[] | null;
  topics: readonly { readonly topic: string; readonly tombstoned: boolean }[];
}

export interface Directory {
  /** As they are configured now. */
  lookups(): readonly HttpPeer[];
  /** As they are configured; none where there are lookups. */
  readonly nodes: readonly HttpPeer[];
  /** A node that a lookup names; null: that is no address. */
  nodeOf(host: string, port: number): HttpPeer | null;
}

export class Upstream {
  readonly #directory: Directory;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  get hasLookups(): boolean {
    return this.#directory.lookups().length > 0;
  }

  get nodes(): readonly HttpPeer[] {
    return this.#directory.nodes;
  }

  get lookups(): readonly HttpPeer[] {
    return this.#directory.lookups();
  }

  async topics(): Promise<Joined<string[]>> {
    if (!this.hasLookups) {
      const query = { format: "json", include_clients: "false", include_mem: "false" };
      const say = (node: HttpPeer) => ask(node, "/stats", query, statsAnswer);
      const said = await this.#all("nsqd", this.nodes, say, askedForAllMax);
      return joined(said, (answers) =>
        unique(answers.flatMap(({ topics }) => topics.map((topic) => topic.topic_name))),
      );
    }
    const said = await this.#all("nsqlookupd", this.lookups, (lookup) =>
      ask(lookup, "/topics", {}, topicsAnswer),
    );
    return joined(said, (answers) => unique(answers.flatMap(({ topics }) => topics)));
  }

  /** The channels that lookups know of a topic. */
  async channels(topic: string): Promise<Joined<string[]>> {
    const said = await this.#all("nsqlookupd", this.lookups, (lookup) =>
      ask(lookup, "/channels", { topic }, channelsAnswer),
    );
    return joined(said, (answers) => unique(answers.flatMap(({ channels }) => channels)));
  }

  /** All nodes: those that lookups name, each once by its TCP address, or those that are configured. */
  async producers(): Promise<Joined<Producer[]>> {
    if (!this.hasLookups) {
      const said = await this.#all("nsqd", this.nodes, (node) => this.#configured(node), askedForAllMax);
      return joined(said, sorted);
    }
    const said = await this.#all("nsqlookupd", this.lookups, async (lookup) => ({
      lookup,
      ...(await ask(lookup, "/nodes", {}, nodesAnswer)),
    }));
    return joined(said, (answers) => {
      const byTcp = new Map<string, Producer>();
      for (const { lookup, producers } of answers) {
        for (const { topics, tombstones, ...producer } of producers) {
          const key = `${producer.broadcast_address}:${producer.tcp_port}`;
          const remote = `${lookup.address.key}/${producer.remote_address}`;
          const known = byTcp.get(key);
          const peer = known?.peer ?? this.#peerOf(producer);
          if (!peer) continue;
          byTcp.set(key, {
            ...(known ?? producer),
            peer,
            remoteAddresses: [...(known?.remoteAddresses ?? []), remote],
            topics:
              known?.topics ?? topics.map((topic, at) => ({ topic, tombstoned: tombstones[at] ?? false })),
          });
        }
      }
      return sorted([...byTcp.values()]);
    });
  }

  /** The nodes that have a topic, each once by its HTTP address. */
  async producersOf(topic: string): Promise<Joined<Producer[]>> {
    if (!this.hasLookups) {
      const said = await this.#all("nsqd", this.nodes, async (node) => {
        const query = { format: "json", topic, include_clients: "false", include_mem: "false" };
        const { topics } = await ask(node, "/stats", query, statsAnswer);
        return topics.some(({ topic_name }) => topic_name === topic) ? [await this.#configured(node)] : [];
      });
      return joined(said, (producers) => sorted(producers.flat()));
    }
    const said = await this.#all("nsqlookupd", this.lookups, (lookup) =>
      ask(lookup, "/lookup", { topic }, lookupAnswer),
    );
    return joined(said, (answers) => {
      const byHttp = new Map<string, Producer>();
      for (const producer of answers.flatMap(({ producers }) => producers)) {
        const peer = this.#peerOf(producer);
        if (peer) byHttp.set(peer.address.key, { ...producer, peer, remoteAddresses: null, topics: [] });
      }
      return sorted([...byHttp.values()]);
    });
  }

  /** What each of these nodes counts, in the order of the nodes. */
  async stats(
    producers: readonly Producer[],
    selection: { readonly topic?: string; readonly channel?: string; readonly clients: boolean },
  ): Promise<Joined<{ readonly producer: Producer; readonly topics: readonly UpstreamTopic[] }[]>> {
    const { topic, channel, clients } = selection;
    const query = {
      format: "json",
      include_mem: "false",
      ...(clients ? {} : { include_clients: "false" }),
      ...(topic === undefined ? {} : { topic }),
      ...(channel === undefined ? {} : { channel }),
    };
    const say = async (producer: Producer) => {
      const { topics } = await ask(producer.peer, "/stats", query, statsAnswer);
      return { producer, topics: topics.filter((one) => topic === undefined || one.topic_name === topic) };
    };
    const atOnceMax = topic === undefined ? askedForAllMax : askedAtOnceMax;
    const said = await this.#all("nsqd", producers, say, atOnceMax);
    return joined(said, (answers) => answers);
  }

  /** A POST to each of them; what failed. */
  post(peers: readonly HttpPeer[], path: string, query: Readonly<Record<string, string>>): Promise<string[]> {
    return mapBounded(peers, askedAtOnceMax, async (peer) => {
      const answer = await peer.call({ method: "POST", path, query });
      return answer.status === 200 ? [] : [failureOf(peer, path, answer)];
    }).then((failures) => failures.flat());
  }

  #peerOf({ broadcast_address, http_port }: UpstreamProducer): HttpPeer | null {
    return this.#directory.nodeOf(broadcast_address, http_port);
  }

  async #configured(node: HttpPeer): Promise<Producer> {
    const [info, { topics }] = await Promise.all([
      ask(node, "/info", {}, infoAnswer),
      ask(node, "/stats", { format: "json", include_clients: "false", include_mem: "false" }, statsAnswer),
    ]);
    const named = topics.map(({ topic_name }) => ({ topic: topic_name, tombstoned: false }));
    return { ...info, peer: node, remoteAddresses: null, topics: named };
  }

  async #all<Asked, Said>(
    kind: "nsqd" | "nsqlookupd",
    asked: readonly Asked[],
    say: (one: Asked) => Promise<Said>,
    atOnceMax = askedAtOnceMax,
  ): Promise<Joined<Said[]>> {
    const errors: string[] = [];
    const value: Said[] = [];
    const outcomes = await mapBounded(asked, atOnceMax, (one) =>
      say(one).then(
        (said) => [said],
        (error: Error) => void errors.push(error.message),
      ),
    );
    for (const said of outcomes) if (said) value.push(...said);
    if (errors.length === asked.length)
      throw new UpstreamError(`failed to query any ${kind}: ${errors.join("\n")}`);
    return { value, errors };
  }
}

/** Rejects with what went wrong, for people. */
async function ask<T>(
  peer: HttpPeer,
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodType<T>,
): Promise<T> {
  const call: PeerCall = { method: "GET", path, query, bytesMax: answerBytesMax };
  const answer = await peer.call(call);
  if (answer.status !== 200) throw new Error(failureOf(peer, path, answer));
  let body: unknown;
  try {
    body = JSON.parse(answer.body);
  } catch {
    body = null;
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Error(`${peer.address.key}${path}: it answered what is not understood`);
  return parsed.data;
}

function failureOf(peer: HttpPeer, path: string, { status, body }: PeerAnswer): string {
  const place = `${peer.address.key}${path}`;
  if (status === 0) return `${place}: ${body}`;
  return `${place}: got response ${status} ${STATUS_CODES[status] ?? ""} ${JSON.stringify(body.slice(0, 256))}`;
}

function joined<From, To>({ value, errors }: Joined<From>, join: (value: From) => To): Joined<To> {
  return { value: join(value), errors };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function sorted(producers: readonly Producer[]): Producer[] {
  return producers.toSorted((one, other) =>
    one.hostname < other.hostname ? -1 : one.hostname > other.hostname ? 1 : 0,
  );
}
