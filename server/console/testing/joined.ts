/** One topic with one channel as the collector has them, for what only looks at that. */
import { unknownFlow } from "../collector/flow.ts";
import type { JoinedTopic } from "../collector/join.ts";
import type { ChannelRow } from "../contract/index.ts";

const common = { paused: false, ephemeral: false, nodes: ["n:1"], stale: false, heard: true };

export function joinedWith(topic: string, channel: string, changes: Partial<ChannelRow>): JoinedTopic {
  const row: ChannelRow = {
    ...{ ...common, key: channel, flow: unknownFlow, latency: null, poison: null },
    ...changes,
  };
  return {
    row: {
      ...{ ...common, key: topic, flow: unknownFlow },
      ...{ durable: "none", topicDepth: 0, messageBytes: 0, channelCount: 1 },
    },
    raw: unknownFlow,
    own: { depth: 0, memoryDepth: 0, storedDepth: 0, oldestAgeMs: null },
    channels: new Map([[channel, { row, raw: unknownFlow }]]),
  };
}
