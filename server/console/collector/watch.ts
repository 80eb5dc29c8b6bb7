/** The nodes that a console was told of or finds, and who collects what they say. */
import type { Clock } from "../clock.ts";
import type { ConsoleServerOptions } from "../options.ts";
import { Peers } from "../peers.ts";
import { Collector } from "./collector.ts";
import { Lookups } from "./lookups.ts";

/** Whom to watch, and who watches them. */
export function watchCluster(options: ConsoleServerOptions, clock: Clock) {
  const peers = new Peers({ ...options.peers, secret: options.secret });
  const nodes = options.nodes.map((address) => peers.node(address));
  const { lookupIntervalMs, forgetMs, nodeIntervalMs } = options;
  const lookups =
    options.lookups.length === 0
      ? null
      : new Lookups({
          peers,
          clock,
          addresses: options.lookups,
          onRound: () => collector.followFound(),
          ...(lookupIntervalMs === undefined ? {} : { intervalMs: lookupIntervalMs }),
          ...(forgetMs === undefined ? {} : { forgetMs }),
        });
  const collector: Collector = new Collector({
    nodes,
    lookups,
    clock,
    database: options.database,
    ...(nodeIntervalMs === undefined ? {} : { intervalMs: nodeIntervalMs }),
  });
  return { peers, nodes, lookups, collector };
}
