/** Every endpoint of a node, in the order of NSQ's documentation, then ours. */
import type { Handler } from "./call.ts";
import { readConfig, writeConfig } from "./config.ts";
import { info, ping } from "./info.ts";
import { live } from "./live.ts";
import { publishMany } from "./mpub.ts";
import { publish } from "./publish.ts";
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

export interface Route {
  readonly method: "GET" | "POST" | "PUT";
  /** `:opt` at its end stands for one segment. */
  readonly path: string;
  readonly handle: Handler;
  /** Publishing at full rate is not logged, as in nsqd. */
  readonly quiet?: true;
  /** What it changed is kept before it is answered: a pause outlives a kill. */
  readonly kept?: true;
  /** Only with the secret that nodes and consoles share. */
  readonly guarded?: true;
}

export const routes: readonly Route[] = [
  { method: "GET", path: "/ping", handle: ping },
  { method: "GET", path: "/info", handle: info },
  { method: "POST", path: "/pub", handle: publish, quiet: true },
  { method: "POST", path: "/mpub", handle: publishMany, quiet: true },
  { method: "GET", path: "/stats", handle: stats },

  { method: "POST", path: "/topic/create", handle: createTopic, kept: true },
  { method: "POST", path: "/topic/delete", handle: deleteTopic, kept: true },
  { method: "POST", path: "/topic/empty", handle: emptyTopic },
  { method: "POST", path: "/topic/pause", handle: pauseTopic, kept: true },
  { method: "POST", path: "/topic/unpause", handle: unpauseTopic, kept: true },
  { method: "POST", path: "/channel/create", handle: createChannel, kept: true },
  { method: "POST", path: "/channel/delete", handle: deleteChannel, kept: true },
  { method: "POST", path: "/channel/empty", handle: emptyChannel },
  { method: "POST", path: "/channel/pause", handle: pauseChannel, kept: true },
  { method: "POST", path: "/channel/unpause", handle: unpauseChannel, kept: true },

  { method: "GET", path: "/config/:opt", handle: readConfig },
  { method: "PUT", path: "/config/:opt", handle: writeConfig },

  { method: "GET", path: "/v1/live", handle: live, guarded: true },
  { method: "GET", path: "/v1/tap", handle: tap, guarded: true },
];
