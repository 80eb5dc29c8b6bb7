/** Topics that lookups know and no node has: what is left of those that are gone, or made for those to come. */
import { mapBounded } from "../bounded.ts";
import type { InactiveTopics } from "../contract/index.ts";
import { type Joined, type Upstream, UpstreamError } from "./upstream.ts";

const askedAtOnceMax = 16;

/** With the channels they would have; null: none. Rejects when no lookup answers; nothing without lookups. */
export async function inactiveTopics(
  upstream: Upstream,
): Promise<Joined<ReadonlyMap<string, readonly string[] | null>>> {
  const value = new Map<string, readonly string[] | null>();
  if (!upstream.hasLookups) return { value, errors: [] };
  const [topics, producers] = await Promise.all([upstream.topics(), upstream.producers()]);
  const active = new Set(
    producers.value.flatMap((producer) =>
      producer.topics.filter(({ tombstoned }) => !tombstoned).map(({ topic }) => topic),
    ),
  );
  const inactive = topics.value.filter((topic) => !active.has(topic));
  for (const topic of inactive) value.set(topic, null);
  // A lookup that fails says so for every topic: once is enough.
  const errors = new Set([...topics.errors, ...producers.errors]);
  await mapBounded(inactive, askedAtOnceMax, async (topic) => {
    try {
      const channels = await upstream.channels(topic);
      for (const error of channels.errors) errors.add(error);
      if (channels.value.length > 0) value.set(topic, channels.value);
    } catch (error) {
      errors.add((error as Error).message);
    }
  });
  return { value, errors: [...errors] };
}

/** The same for a page: that no lookup answers is something to show, not a failure of the page. */
export async function inactiveView(upstream: Upstream): Promise<InactiveTopics> {
  try {
    const { value, errors } = await inactiveTopics(upstream);
    const topics = [...value].map(([topic, channels]) => ({ topic, channels: channels ?? [] }));
    return { topics, failures: errors };
  } catch (error) {
    if (error instanceof UpstreamError) return { topics: [], failures: [error.message] };
    throw error;
  }
}
