/** Every endpoint of a lookup, in the order of NSQ's documentation. */
import type { Route } from "../http-api/call.ts";
import { createChannel, createTopic, deleteChannel, deleteTopic, tombstoneTopic } from "./lookupd-acts.ts";
import { channels, debug, info, lookup, nodes, ping, topics } from "./lookupd-answers.ts";
import type { Call } from "./lookupd-call.ts";
import { metrics } from "./lookupd-metrics.ts";

export const routes: readonly Route<Call>[] = [
  { method: "GET", path: "/ping", handle: ping },
  { method: "GET", path: "/info", handle: info },
  { method: "GET", path: "/topics", handle: topics },
  { method: "GET", path: "/channels", handle: channels },
  { method: "GET", path: "/lookup", handle: lookup },
  { method: "GET", path: "/nodes", handle: nodes },
  { method: "GET", path: "/debug", handle: debug },
  { method: "GET", path: "/metrics", handle: metrics },

  { method: "POST", path: "/topic/create", handle: createTopic },
  { method: "POST", path: "/topic/delete", handle: deleteTopic },
  { method: "POST", path: "/channel/create", handle: createChannel },
  { method: "POST", path: "/channel/delete", handle: deleteChannel },
  { method: "POST", path: "/topic/tombstone", handle: tombstoneTopic },
];
