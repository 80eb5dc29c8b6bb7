/** A channel's figures, summed over the nsqds that have its topic. */
import { z } from "zod";
import type { HttpCaller } from "../http-caller.ts";

export interface ChannelFigures {
  readonly depth: number;
  readonly backendDepth: number;
  readonly inFlight: number;
  readonly deferred: number;
  readonly requeued: number;
  readonly timedOut: number;
  readonly messages: number;
  readonly clients: number;
}

export interface Sources {
  /** `host:port` each; asked for the figures. */
  readonly nsqdHttpAddresses: readonly string[];
  /** `host:port` each; asked who has the topic, if there are any. */
  readonly lookupdHttpAddresses: readonly string[];
}

const answerBytesMax = 16 * 1024 * 1024;
const producersMax = 10_000;
/** Requests under way at a time. */
const atOnceMax = 32;

const count = z.number().int();

const statsSchema = z.object({
  topics: z
    .array(
      z.object({
        topic_name: z.string(),
        channels: z.array(
          z.object({
            channel_name: z.string(),
            depth: count,
            backend_depth: count,
            in_flight_count: count,
            deferred_count: count,
            requeue_count: count,
            timeout_count: count,
            message_count: count,
            client_count: count.optional(),
            clients: z.array(z.unknown()).nullish(),
          }),
        ),
      }),
    )
    .nullable(),
});

const lookupSchema = z.object({
  producers: z
    .array(z.object({ broadcast_address: z.string().min(1), http_port: z.number().int().min(1).max(65_535) }))
    .max(producersMax),
});

/** Throws a sentence when one of the sources does not answer, or none has the channel. */
export async function channelFigures(
  http: HttpCaller,
  sources: Sources,
  { topic, channel }: { readonly topic: string; readonly channel: string },
): Promise<ChannelFigures> {
  const addresses =
    sources.lookupdHttpAddresses.length > 0
      ? await producersOf(http, sources.lookupdHttpAddresses, topic)
      : sources.nsqdHttpAddresses;
  const query = new URLSearchParams({ format: "json", topic, channel, include_clients: "false" });
  const answers = await inGroups(addresses, (address) =>
    ask(http, `http://${address}/stats?${query}`, statsSchema, "failed to get nsqd stats"),
  );
  const found = answers
    .flatMap(({ topics }) => topics ?? [])
    .filter(({ topic_name }) => topic_name === topic)
    .flatMap(({ channels }) => channels)
    .filter(({ channel_name }) => channel_name === channel);
  if (found.length === 0)
    throw new Error(`failed to find channel(${channel}) in stats metadata for topic(${topic})`);

  const sum = (of: (one: (typeof found)[number]) => number) =>
    found.reduce((total, one) => total + of(one), 0);
  return {
    depth: sum((one) => one.depth),
    backendDepth: sum((one) => one.backend_depth),
    inFlight: sum((one) => one.in_flight_count),
    deferred: sum((one) => one.deferred_count),
    requeued: sum((one) => one.requeue_count),
    timedOut: sum((one) => one.timeout_count),
    messages: sum((one) => one.message_count),
    clients: sum((one) => one.client_count ?? one.clients?.length ?? 0),
  };
}

async function producersOf(
  http: HttpCaller,
  lookups: readonly string[],
  topic: string,
): Promise<readonly string[]> {
  const query = new URLSearchParams({ topic });
  const answers = await inGroups(lookups, (address) =>
    ask(http, `http://${address}/lookup?${query}`, lookupSchema, "failed to get topic producers"),
  );
  const found = answers
    .flatMap(({ producers }) => producers)
    .map(
      ({ broadcast_address: host, http_port: port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`,
    );
  return [...new Set(found)];
}

async function ask<T>(http: HttpCaller, url: string, schema: z.ZodType<T>, failed: string): Promise<T> {
  try {
    const { status, body } = await http.call(url, { method: "GET" }, answerBytesMax);
    if (status !== 200)
      throw new Error(`got response ${status} ${JSON.stringify(body.toString("utf8", 0, 200))}`);
    return schema.parse(JSON.parse(body.toString("utf8")));
  } catch (error) {
    const reason = error instanceof z.ZodError ? "not what nsqd answers" : (error as Error).message;
    throw new Error(`${failed} - ${url}: ${reason}`, { cause: error });
  }
}

async function inGroups<T, R>(items: readonly T[], of: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += atOnceMax)
    results.push(...(await Promise.all(items.slice(at, at + atOnceMax).map(of))));
  return results;
}
