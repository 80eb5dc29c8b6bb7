/** NSQ's verbs over a cluster, in nsqadmin's order: lookups before nodes, so that no node takes up what is being deleted (AD4). */
import { NsqRefusal } from "./refusal.ts";
import { type Producer, type Upstream, UpstreamError } from "./upstream.ts";

export type QueueVerb = "pause" | "unpause" | "empty";

export interface Place {
  readonly topic: string;
  readonly channel?: string;
}

/** What failed, while something else went well. Rejects with `UpstreamError` when nothing did. */
export type Failures = readonly string[];

export class Writes {
  readonly #upstream: Upstream;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /** On all lookups, and a channel also on the nodes that have the topic; without lookups on all nodes. */
  async create({ topic, channel }: Place): Promise<Failures> {
    const { lookups, nodes, hasLookups } = this.#upstream;
    const steps = new Steps(this.#upstream);
    const first = hasLookups ? lookups : nodes;
    await steps.post(first, "/topic/create", { topic });
    if (channel === undefined) return steps.end();
    await steps.post(first, "/channel/create", { topic, channel });
    if (hasLookups) {
      const producers = await this.#upstream.producersOf(topic);
      await steps
        .note(producers.errors)
        .post(peersOf(producers.value), "/channel/create", { topic, channel });
    }
    return steps.end();
  }

  /** Who has it is asked first: afterwards no lookup would know. */
  async delete(place: Place): Promise<Failures> {
    const producers = await this.#upstream.producersOf(place.topic);
    const steps = new Steps(this.#upstream).note(producers.errors);
    const path = `/${kindOf(place)}/delete`;
    await steps.post(this.#upstream.lookups, path, queryOf(place));
    await steps.post(peersOf(producers.value), path, queryOf(place));
    return steps.end();
  }

  /** On the nodes alone: lookups know nothing of it. */
  async act(verb: QueueVerb, place: Place): Promise<Failures> {
    const producers = await this.#upstream.producersOf(place.topic);
    const steps = new Steps(this.#upstream).note(producers.errors);
    await steps.post(peersOf(producers.value), `/${kindOf(place)}/${verb}`, queryOf(place));
    return steps.end();
  }

  /** No consumer is sent there any more, then it goes: a node would announce again what it still has. */
  async tombstone(producer: Producer, topic: string): Promise<Failures> {
    const steps = new Steps(this.#upstream);
    const node = `${producer.broadcast_address}:${producer.http_port}`;
    await steps.post(this.#upstream.lookups, "/topic/tombstone", { topic, node });
    await steps.post([producer.peer], "/topic/delete", { topic });
    return steps.end();
  }
}

/** One POST to many after another, and what became of them. */
class Steps {
  readonly #upstream: Upstream;
  readonly #failures: string[] = [];
  #asked = 0;
  #failed = 0;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  note(errors: readonly string[]): this {
    this.#failures.push(...errors);
    return this;
  }

  async post(
    peers: Parameters<Upstream["post"]>[0],
    path: string,
    query: Readonly<Record<string, string>>,
  ): Promise<void> {
    const failures = await this.#upstream.post(peers, path, query);
    this.#asked += peers.length;
    this.#failed += failures.length;
    this.#failures.push(...failures);
  }

  end(): Failures {
    if (this.#asked > 0 && this.#failed === this.#asked) throw new UpstreamError(this.#failures.join("\n"));
    return this.#failures;
  }
}

export function verbOf(action: unknown): QueueVerb {
  if (action === "pause" || action === "unpause" || action === "empty") return action;
  throw new NsqRefusal(400, "INVALID_ACTION");
}

export function kindOf({ channel }: Place): "topic" | "channel" {
  return channel === undefined ? "topic" : "channel";
}

function queryOf({ topic, channel }: Place): Record<string, string> {
  return { topic, ...(channel === undefined ? {} : { channel }) };
}

function peersOf(producers: readonly Producer[]) {
  return producers.map(({ peer }) => peer);
}
