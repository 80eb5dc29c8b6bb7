/** A node's topics and channels, as `nsqd.dat` has them. */
import type { Broker } from "../broker/broker.ts";
import type { Topic } from "../broker/topic.ts";
import type { Metadata, MetadataTopic } from "../store/ports.ts";

/** Makes what the file had when it was opened, and has it follow from now on. */
export function takeTopology(broker: Broker, metadata: Metadata): void {
  for (const { name, paused, channels } of metadata.topics) {
    const topic = broker.ensureTopic(name);
    topic.setPaused(paused);
    for (const channel of channels) topic.ensureChannel(channel.name).setPaused(channel.paused);
  }
  metadata.attach(() => topology(broker.topics.values()));
  metadata.changed();
}

function* topology(topics: Iterable<Topic>): IterableIterator<MetadataTopic> {
  for (const { name, paused, channels } of topics) {
    yield { name, paused, channels: [...channels.values()].map(({ name, paused }) => ({ name, paused })) };
  }
}
