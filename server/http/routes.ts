/** Every endpoint of a node, in the order of NSQ's documentation, then ours. */
import type { Route } from "../http-api/call.ts";
import type { Call, Handler } from "./call.ts";
import { actOnMessages } from "./chosen.ts";
import { actOnChannel, actOnTopic, clusterTopology } from "./cluster.ts";
import { readConfig, writeConfig } from "./config.ts";
import { drain } from "./drain.ts";
import { adopt, testFailover } from "./failover.ts";
import { info, ping } from "./info.ts";
import { live } from "./live.ts";
import { message } from "./message.ts";
import { metrics } from "./metrics.ts";
import { publishMany } from "./mpub.ts";
import { outcomes } from "./outcomes.ts";
import { poison } from "./poison.ts";
import { publish } from "./publish.ts";
import { clients, config, deferred, inFlight, kick, logLines, producers } from "./reads.ts";
import { previewRemoval, previewRequeue, removeByJob, requeueByJob, restoreByJob } from "./removals.ts";
import { messageNow } from "./standing.ts";
import { stats } from "./stats.ts";
import { tap } from "./tap.ts";
import {
  createChannel,
  createTopic,
  deleteChannel,
  deleteTopic,
  emptyChannel,
  emptyTopic,
  pauseChannel,
  pauseTopic,
  unpauseChannel,
  unpauseTopic,
} from "./topology.ts";

/**
 * What it changed is kept before it is answered: a pause outlives a kill. As with nsqd, a disk that
 * refuses does not undo what was done: it is said in the log.
 */
const kept =
  (handle: Handler): Handler =>
  async (call) => {
    const answer = await handle(call);
    const { ports } = call;
    await ports
      .topologyKept()
      .catch((error: Error) => ports.log("error", `HTTP: not kept - ${error.message}`));
    return answer;
  };

export const routes: readonly Route<Call>[] = [
  { method: "GET", path: "/ping", handle: ping },
  { method: "GET", path: "/info", handle: info },
  { method: "POST", path: "/pub", handle: publish, quiet: true },
  { method: "POST", path: "/mpub", handle: publishMany, quiet: true },
  { method: "GET", path: "/stats", handle: stats },

  { method: "POST", path: "/topic/create", handle: kept(createTopic) },
  { method: "POST", path: "/topic/delete", handle: kept(deleteTopic) },
  { method: "POST", path: "/topic/empty", handle: emptyTopic },
  { method: "POST", path: "/topic/pause", handle: kept(pauseTopic) },
  { method: "POST", path: "/topic/unpause", handle: kept(unpauseTopic) },
  { method: "POST", path: "/channel/create", handle: kept(createChannel) },
  { method: "POST", path: "/channel/delete", handle: kept(deleteChannel) },
  { method: "POST", path: "/channel/empty", handle: emptyChannel },
  { method: "POST", path: "/channel/pause", handle: kept(pauseChannel) },
  { method: "POST", path: "/channel/unpause", handle: kept(unpauseChannel) },

  { method: "GET", path: "/config/:opt", handle: readConfig },
  { method: "PUT", path: "/config/:opt", handle: writeConfig },

  { method: "GET", path: "/metrics", handle: metrics },
  { method: "GET", path: "/v1/live", handle: live, guarded: true },
  { method: "GET", path: "/v1/tap", handle: tap, guarded: true },
  { method: "GET", path: "/v1/outcomes", handle: outcomes, guarded: true },
  { method: "GET", path: "/v1/message", handle: message, guarded: true },
  { method: "GET", path: "/v1/message/now", handle: messageNow, guarded: true },
  { method: "GET", path: "/v1/channel/inflight", handle: inFlight, guarded: true },
  { method: "GET", path: "/v1/channel/deferred", handle: deferred, guarded: true },
  { method: "GET", path: "/v1/channel/poison", handle: poison, guarded: true },
  { method: "POST", path: "/v1/channel/messages", handle: actOnMessages, guarded: true },
  { method: "GET", path: "/v1/topic/producers", handle: producers, guarded: true },
  { method: "GET", path: "/v1/clients", handle: clients, guarded: true },
  { method: "GET", path: "/v1/config", handle: config, guarded: true },
  { method: "GET", path: "/v1/log", handle: logLines, guarded: true },
  { method: "POST", path: "/v1/client/kick", handle: kick, guarded: true },
  { method: "POST", path: "/v1/drain", handle: drain, guarded: true },
  { method: "POST", path: "/v1/failover", handle: testFailover, guarded: true },
  { method: "POST", path: "/v1/adopt", handle: adopt, guarded: true },
  { method: "GET", path: "/v1/removals", handle: previewRemoval, guarded: true },
  { method: "POST", path: "/v1/removals", handle: kept(removeByJob), guarded: true },
  { method: "POST", path: "/v1/removals/restore", handle: kept(restoreByJob), guarded: true },
  { method: "GET", path: "/v1/requeue", handle: previewRequeue, guarded: true },
  { method: "POST", path: "/v1/requeue", handle: requeueByJob, guarded: true },
  { method: "GET", path: "/v1/cluster/topology", handle: clusterTopology, guarded: true },
  { method: "POST", path: "/v1/cluster/topic/:opt", handle: actOnTopic, guarded: true },
  { method: "POST", path: "/v1/cluster/channel/:opt", handle: actOnChannel, guarded: true },
];
