/** What happens when a topic or a channel comes, goes or is paused: a line in the log, the file, the lookups. */
import type { TopologyListener } from "../broker/ports.ts";
import type { Metadata } from "../store/ports.ts";
import type { Discovery } from "./discovery.ts";
import type { NodeLog } from "./node-log.ts";

export interface ToldOfTopology {
  readonly log: NodeLog;
  readonly metadata: Metadata;
  /** Asked for when something happens: it is made after the broker that it serves. */
  discovery(): Discovery;
}

export function topologyListener({ log, metadata, discovery }: ToldOfTopology): TopologyListener {
  const changed = (text: string) => {
    log.log("info", text);
    metadata.changed();
  };
  return {
    topicCreated: (topic) => {
      changed(`TOPIC(${topic}): created`);
      discovery().topicCreated(topic);
    },
    topicDeleted: (topic) => {
      changed(`TOPIC(${topic}): deleted`);
      discovery().changed(topic, null);
    },
    channelCreated: (topic, channel) => {
      changed(`TOPIC(${topic}): new channel(${channel})`);
      discovery().changed(topic, channel);
    },
    channelDeleted: (topic, channel) => {
      changed(`TOPIC(${topic}): deleted channel(${channel})`);
      discovery().changed(topic, channel);
    },
    pauseChanged: (topic, channel, paused) =>
      changed(
        `TOPIC(${topic}): ${channel === null ? "" : `channel(${channel}) `}${paused ? "paused" : "unpaused"}`,
      ),
  };
}
