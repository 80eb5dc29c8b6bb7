/**
 * Tells every nsqlookupd which topics and channels this node has, and asks them which channels a new topic
 * has elsewhere. An nsqlookupd that is slow, away or wrong costs the node a bounded wait and a line in its log.
 */
import type { Topic } from "../broker/topic.ts";
import type { PeerIdentity } from "../protocol/lookup.ts";
import { LookupHttp, type RequestTimeouts } from "./lookup-http.ts";
import { type LookupAddress, LookupPeer, type PeerState, type Registration } from "./lookup-peer.ts";

/** A lookup that registers nothing is hardly one to answer: no topic waits longer for it. */
const downAnswerMsMax = 1_000;

export interface AnnouncerOptions extends RequestTimeouts {
  readonly topics: ReadonlyMap<string, Topic>;
  log(level: "info" | "warn" | "error", text: string): void;
}

export interface LookupStatus {
  readonly address: string;
  readonly http: LookupAddress | null;
  readonly state: PeerState;
}

export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #http: LookupHttp;
  readonly #peers = new Map<string, LookupPeer>();
  #identity: PeerIdentity | null = null;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#http = new LookupHttp(options);
  }

  /** Now it is known where the node listens: from here on it says so. */
  start(identity: PeerIdentity): void {
    this.#identity = identity;
    if (identity.httpPort < 1 && this.#peers.size > 0) {
      this.#options.log("warn", "LOOKUPD: without an HTTP port an nsqlookupd takes no node");
    }
    for (const peer of this.#peers.values()) peer.start();
  }

  /** `addresses` are all there are from now on: others are left, new ones are told everything. */
  setAddresses(addresses: readonly string[]): void {
    const wanted = new Set(addresses);
    for (const [address, peer] of this.#peers) {
      if (wanted.has(address)) continue;
      peer.close();
      this.#peers.delete(address);
      this.#options.log("info", `LOOKUPD(${address}): removed`);
    }
    for (const address of wanted) {
      if (this.#peers.has(address)) continue;
      const peer = new LookupPeer(address, {
        identity: () => this.#identity!,
        registrations: () => registrationsOf(this.#options.topics),
        has: (registration) => this.#has(registration),
        log: this.#options.log,
      });
      this.#peers.set(address, peer);
      if (this.#identity !== null) peer.start();
    }
  }

  /** A topic (`channel` null) or a channel has come or gone. */
  changed(topic: string, channel: string | null): void {
    const registration = channel === null ? topic : `${topic} ${channel}`;
    for (const peer of this.#peers.values()) peer.changed(registration);
  }

  get isAsked(): boolean {
    return this.#peers.size > 0;
  }

  /** The channels that any lookup knows of the topic. Never rejects; one that does not answer is left out. */
  async channelsOf(topic: string, signal: AbortSignal): Promise<string[]> {
    // A node that has just started is asked for the channels of its first topics too.
    await Promise.all(Array.from(this.#peers.values(), (peer) => peer.tried));
    const lookups = this.#lookups();
    if (lookups.size === 0) {
      this.#options.log("error", `LOOKUPD: no nsqlookupd to ask for the channels of topic ${topic}`);
    }
    const answers = await Promise.allSettled(
      Array.from(lookups.values(), ({ at, isUp }) => {
        const soon = isUp ? [] : [AbortSignal.timeout(downAnswerMsMax)];
        return this.#http.channelsOf(topic, at, AbortSignal.any([signal, ...soon]));
      }),
    );
    for (const failure of failures(lookups, answers)) {
      this.#options.log("warn", `LOOKUPD: channels of ${topic}: ${failure}`);
    }
    return [...new Set(answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : [])))];
  }

  /**
   * Has the lookups forget a topic or a channel that all nodes delete, or they would give it to a topic made
   * anew. Never rejects; says which lookups have not.
   */
  async forget(topic: string, channel: string | null): Promise<string[]> {
    const lookups = this.#lookups();
    const answers = await Promise.allSettled(
      Array.from(lookups.values(), ({ at }) => this.#http.forget(topic, channel, at)),
    );
    return failures(lookups, answers);
  }

  *status(): Generator<LookupStatus> {
    for (const { address, http, state } of this.#peers.values()) yield { address, http, state };
  }

  close(): void {
    this.setAddresses([]);
    this.#http.close();
  }

  /** Those whose HTTP address is known, each once. */
  #lookups(): Map<string, { readonly at: LookupAddress; readonly isUp: boolean }> {
    const lookups = new Map<string, { at: LookupAddress; isUp: boolean }>();
    for (const { http, state } of this.#peers.values()) {
      if (http) lookups.set(`http://${http.host}:${http.port}`, { at: http, isUp: state.state === "up" });
    }
    return lookups;
  }

  #has(registration: Registration): boolean {
    const [topic, channel] = registration.split(" ");
    const found = this.#options.topics.get(topic!);
    return found !== undefined && (channel === undefined || found.channels.has(channel));
  }
}

function* registrationsOf(topics: ReadonlyMap<string, Topic>): Generator<Registration> {
  for (const { name, channels } of topics.values()) {
    if (channels.size === 0) yield name;
    for (const channel of channels.keys()) yield `${name} ${channel}`;
  }
}

function failures(
  lookups: ReadonlyMap<string, unknown>,
  answers: readonly PromiseSettledResult<unknown>[],
): string[] {
  return [...lookups.keys()].flatMap((name, index) => {
    const answer = answers[index]!;
    return answer.status === "rejected" ? [`${name}: ${(answer.reason as Error).message}`] : [];
  });
}
