/** Producers that publish to whichever node takes it, and consumers that find their nodes by the lookups. */
import { Consumer, type Message, Producer } from "../../client/node/index.ts";

/** Messages a second, and of each channel how many of a hundred it cannot do at the first try. */
const topics: Readonly<Record<string, { perSecond: number; channels: Readonly<Record<string, number>> }>> = {
  orders: { perSecond: 60, channels: { billing: 0, shipping: 2 } },
  payments: { perSecond: 25, channels: { ledger: 0 } },
  "page-views": { perSecond: 120, channels: { clickhouse: 0, "sessions#ephemeral": 0 } },
  emails: { perSecond: 4, channels: { smtp: 5 } },
};
const tickMs = 100;
/** Published and not yet taken; beyond it a tick publishes nothing. */
const pendingMax = 2_000;
const lookupdPollIntervalMs = 2_000;
const publishTimeoutMs = 2_000;
const maxInFlight = 60;

export interface TrafficOptions {
  readonly nsqdTcpAddresses: readonly string[];
  readonly lookupdHttpAddresses: readonly string[];
}

export class Traffic implements AsyncDisposable {
  readonly #producers: readonly Producer[];
  readonly #consumers: readonly Consumer[];
  readonly #ticker: NodeJS.Timeout;
  readonly #owed = new Map<string, number>();
  #turn = 0;
  #pending = 0;
  #published = 0;
  #elsewhere = 0;
  #lost = 0;
  #finished = 0;
  #requeued = 0;

  constructor({ nsqdTcpAddresses, lookupdHttpAddresses }: TrafficOptions) {
    this.#producers = nsqdTcpAddresses.map(
      (nsqdTcpAddress) => new Producer({ nsqdTcpAddress, publishTimeoutMs, maxReconnectDelayMs: 1_000 }),
    );
    this.#consumers = Object.entries(topics).flatMap(([topic, { channels }]) =>
      Object.entries(channels).map(
        ([channel, troubled]) =>
          new Consumer(
            {
              topic,
              channel,
              lookupdHttpAddresses,
              lookupdPollIntervalMs,
              maxInFlight,
              maxReconnectDelayMs: 1_000,
            },
            async (message) => this.#consume(message, troubled),
          ),
      ),
    );
    this.#ticker = setInterval(() => this.#tick(), tickMs);
  }

  /** One line for people. */
  report(): string {
    const connected = this.#producers.filter(({ isConnected }) => isConnected).length;
    const figures = {
      published: this.#published,
      "at a second node": this.#elsewhere,
      "nobody took": this.#lost,
      finished: this.#finished,
      requeued: this.#requeued,
    };
    const parts = Object.entries(figures).map(([name, count]) => `${name} ${count.toLocaleString("en")}`);
    return `traffic   nodes ${connected}/${this.#producers.length}, ${parts.join(", ")}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticker);
    await Promise.all([...this.#producers, ...this.#consumers].map((client) => client.close()));
  }

  #tick(): void {
    for (const [topic, { perSecond }] of Object.entries(topics)) {
      let owed = (this.#owed.get(topic) ?? 0) + (perSecond * tickMs) / 1_000;
      for (; owed >= 1; owed--) if (this.#pending < pendingMax) void this.#publish(topic);
      this.#owed.set(topic, owed);
    }
  }

  /** To the nodes in turn; to the next one where one does not take it, as every producer of NSQ's should. */
  async #publish(topic: string): Promise<void> {
    const first = this.#turn++;
    this.#pending++;
    const body = JSON.stringify({ id: first, topic, at: new Date().toISOString() });
    for (let attempt = 0; attempt < this.#producers.length; attempt++) {
      const producer = this.#producers[(first + attempt) % this.#producers.length]!;
      if (!producer.isConnected) continue;
      try {
        await producer.publish(topic, body);
        this.#pending--;
        this.#published++;
        if (attempt > 0) this.#elsewhere++;
        return;
      } catch {
        // It may have been published all the same: then it comes twice.
      }
    }
    this.#pending--;
    this.#lost++;
  }

  #consume(message: Message, troubled: number): void {
    if (message.attempts === 1 && Math.random() * 100 < troubled) {
      this.#requeued++;
      message.requeue(1_000, { backoff: false });
      return;
    }
    message.finish();
    this.#finished++;
  }
}
