/** Who consumes a channel: asked of its nodes about once a second, only while somebody watches. */
import { z } from "zod";
import type { ClientRow } from "../contract/index.ts";
import { Meter } from "./meter.ts";
import type { Subscription } from "./subscription.ts";

const pollMs = 1_000;
const answerTimeoutMs = 2_000;
/** Rows of one channel; a channel with more consumers shows the first. */
const clientsMax = 1_000;

const text = z.string().max(1_024).catch("");
const count = z.number().nonnegative().catch(0);
const known = z.number().nonnegative().nullable().catch(null);
const stats = z.object({
  topics: z
    .array(
      z.object({
        channels: z
          .array(
            z.object({
              clients: z
                .array(
                  z.object({
                    client_id: text,
                    hostname: text,
                    remote_address: text,
                    user_agent: text,
                    ready_count: count,
                    in_flight_count: count,
                    message_count: count,
                    finish_count: count,
                    requeue_count: count,
                    timeout_count: known,
                    connect_ts: count,
                    sample_rate: count,
                    deflate: z.boolean().catch(false),
                    snappy: z.boolean().catch(false),
                    tls: z.boolean().catch(false),
                  }),
                )
                .nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

export class ClientsPoll {
  readonly #topic: string;
  readonly #channel: string;
  readonly #nodes: () => readonly Subscription[];
  readonly #nowMs: () => number;
  readonly #wallMs: () => number;
  readonly #meters = new Map<string, Meter>();
  #readAtMs: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  rows: readonly ClientRow[] = [];
  byKey: ReadonlyMap<string, ClientRow> = new Map();
  /** Wall clock of the last answers; null: none yet. */
  atMs: number | null = null;

  constructor(
    place: { readonly topic: string; readonly channel: string },
    nodes: () => readonly Subscription[],
    clock: { nowMs: () => number; wallMs: () => number },
  ) {
    this.#topic = place.topic;
    this.#channel = place.channel;
    this.#nodes = nodes;
    this.#nowMs = () => clock.nowMs();
    this.#wallMs = () => clock.wallMs();
    void this.#poll();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #poll(): Promise<void> {
    const nodes = this.#nodes().filter(
      (node) => node.fresh && node.state.topics.get(this.#topic)?.channels.has(this.#channel),
    );
    const answers = await Promise.all(nodes.map((node) => this.#ask(node)));
    if (this.#stopped) return;
    const nowMs = this.#nowMs();
    const elapsedMs = this.#readAtMs === null ? null : nowMs - this.#readAtMs;
    this.#readAtMs = nowMs;
    this.rows = answers
      .flat()
      .slice(0, clientsMax)
      .map((row) => this.#rated(row, elapsedMs));
    this.byKey = new Map(this.rows.map((row) => [row.key, row]));
    for (const key of this.#meters.keys()) if (!this.byKey.has(key)) this.#meters.delete(key);
    if (nodes.length > 0) this.atMs = this.#wallMs();
    this.#timer = setTimeout(() => void this.#poll(), pollMs);
  }

  #rated(row: ClientRow, elapsedMs: number | null): ClientRow {
    const meter = this.#meters.get(row.key) ?? new Meter();
    this.#meters.set(row.key, meter);
    meter.read(row.finishCount, elapsedMs);
    return { ...row, finishRate: meter.smooth };
  }

  async #ask(node: Subscription): Promise<ClientRow[]> {
    const query = {
      ...{ format: "json", topic: this.#topic, channel: this.#channel },
      ...{ include_mem: "false", include_timeouts: "true" },
    };
    const answer = await node.peer.call({
      method: "GET",
      path: "/stats",
      query,
      timeoutMs: answerTimeoutMs,
    });
    if (answer.status !== 200) return [];
    const clients = parseStats(answer.body)?.topics?.[0]?.channels?.[0]?.clients ?? [];
    return clients.map((client) => ({
      key: `${node.key} ${client.remote_address} ${client.connect_ts}`,
      clientId: client.client_id,
      hostname: client.hostname,
      address: client.remote_address,
      userAgent: client.user_agent,
      node: node.key,
      readyCount: client.ready_count,
      inFlight: client.in_flight_count,
      messageCount: client.message_count,
      finishCount: client.finish_count,
      requeueCount: client.requeue_count,
      timeoutCount: client.timeout_count,
      finishRate: null,
      connectedAtMs: client.connect_ts === 0 ? null : client.connect_ts * 1_000,
      sampleRate: client.sample_rate,
      tls: client.tls,
      snappy: client.snappy,
      deflate: client.deflate,
    }));
  }
}

function parseStats(body: string): z.infer<typeof stats> | null {
  try {
    return stats.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}
