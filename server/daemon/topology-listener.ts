/** What happens when a topic or a channel comes, goes or is paused: a line in the log, the file, the lookups. */
import { isEphemeral } from "../broker/names.ts";
import type { TopologyListener } from "../broker/ports.ts";
import type { Metadata } from "../store/ports.ts";
import type { Discovery } from "./discovery.ts";
import type { NodeLog } from "./node-log.ts";

export interface ToldOfTopology {
  readonly log: Pick<NodeLog, "log">;
  readonly metadata: Pick<Metadata, "changed">;
  /** Asked for when something happens: it is made after the broker that it serves. */
  discovery(): Pick<Discovery, "topicCreated" | "changed">;
}

export function topologyListener({ log, metadata, discovery }: ToldOfTopology): TopologyListener {
  const changed = (topic: string, channel: string | null, what: string) => {
    log.log("info", `TOPIC(${topic}): ${what}`);
    // The file has nothing of what is ephemeral: who comes and goes with a channel of his own has it not written.
    if (!isEphemeral(topic) && (channel === null || !isEphemeral(channel))) metadata.changed();
  };
  return {
    topicCreated: (topic) => {
      changed(topic, null, "created");
      discovery().topicCreated(topic);
    },
    topicDeleted: (topic) => {
      changed(topic, null, "deleted");
      discovery().changed(topic, null);
    },
    channelCreated: (topic, channel) => {
      changed(topic, channel, `new channel(${channel})`);
      discovery().changed(topic, channel);
    },
    channelDeleted: (topic, channel) => {
      changed(topic, channel, `deleted channel(${channel})`);
      discovery().changed(topic, channel);
    },
    pauseChanged: (topic, channel, paused) => {
      const whose = channel === null ? "" : `channel(${channel}) `;
      changed(topic, channel, `${whose}${paused ? "paused" : "unpaused"}`);
    },
  };
}
