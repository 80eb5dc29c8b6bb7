/**
 * Which nodes have a topic, by all lookups together, asked again and again. A lookup that does not answer is taken
 * to say what it said last.
 */
import type { ClientError } from "./errors.ts";
import { askLookup, lookupUrl } from "./lookup.ts";
import type { ConsumerSettings } from "./options.ts";

/** Asked out of turn, no more often than this. */
const soonMs = 1_000;
const soonChanceMs = 250;

export interface DiscoveryOwner {
  found(nodes: ReadonlySet<string>): void;
  failed(error: ClientError): void;
}

export class Discovery {
  readonly #urls: readonly URL[];
  readonly #settings: ConsumerSettings;
  readonly #owner: DiscoveryOwner;
  readonly #said = new Map<URL, readonly string[]>();
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;

  /** Throws an `OptionError` for what is no address. */
  constructor(settings: ConsumerSettings, owner: DiscoveryOwner) {
    this.#urls = settings.lookupdHttpAddresses.map((address) => lookupUrl(address, settings.topic));
    this.#settings = settings;
    this.#owner = owner;
  }

  start(): void {
    if (this.#urls.length > 0) void this.#ask();
  }

  /** Asks before its time: something has changed. Many consumers notice the same, so a little is left to chance. */
  soon(): void {
    if (this.#urls.length === 0 || this.#isAsking) return;
    const waitMs = Math.max(0, this.#askedAtMs + soonMs - performance.now()) + Math.random() * soonChanceMs;
    this.#askIn(waitMs);
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#timer);
  }

  #askIn(waitMs: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped.signal.aborted) this.#timer = setTimeout(() => void this.#ask(), waitMs);
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#askedAtMs = performance.now();
    await Promise.all(this.#urls.map((url) => this.#askOne(url)));
    this.#isAsking = false;
    if (this.#stopped.signal.aborted) return;
    const { lookupdPollIntervalMs, lookupdPollJitter } = this.#settings;
    this.#askIn(lookupdPollIntervalMs * (1 - lookupdPollJitter * Math.random()));
    this.#owner.found(new Set([...this.#said.values()].flat()));
  }

  async #askOne(url: URL): Promise<void> {
    const overdue = AbortSignal.timeout(this.#settings.lookupdPollTimeoutMs);
    try {
      this.#said.set(url, await askLookup(url, AbortSignal.any([overdue, this.#stopped.signal])));
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#owner.failed(error as ClientError);
    }
  }
}
