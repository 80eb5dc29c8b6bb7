import { integer, list, type Options, ours, text, type Values } from "./option.ts";
import { configFile, databaseUrl, durableTopics, environment, logLevel, version } from "./shared-options.ts";

/** Flags of `weir up`, which starts every role on this machine, on loopback. */
export const upOptions = {
  config: configFile,
  version,
  "log-level": { ...logLevel, default: "warn" },
  "data-path": ours("data-path", text(".weir", "directory for everything that has to outlive the processes")),
  nodes: ours("nodes", integer(1, "how many nodes, [1,64]; the ports of each are 100 further")),
  lookups: ours("lookups", integer(0, "how many lookups, [0,16]; the ports of each are 100 further")),
  "tcp-address": ours(
    "tcp-address",
    text("127.0.0.1:4150", "<addr>:<port> of the first node for NSQ clients"),
  ),
  "http-address": ours("http-address", text("127.0.0.1:4151", "<addr>:<port> of the first node's HTTP")),
  "lookupd-tcp-address": ours(
    "lookupd-tcp-address",
    text("127.0.0.1:4160", "<addr>:<port> of the first lookup for nodes"),
  ),
  "lookupd-http-address": ours(
    "lookupd-http-address",
    text("127.0.0.1:4161", "<addr>:<port> of the first lookup's HTTP"),
  ),
  "console-http-address": ours(
    "console-http-address",
    text("127.0.0.1:4171", "<addr>:<port> of the console"),
  ),
  "mem-queue-size": ours(
    "mem-queue-size",
    integer(10_000, "messages kept in memory per topic and per channel; the rest is stored"),
  ),
  "mem-bytes": ours("mem-bytes", integer(134_217_728, "bytes of messages kept in memory, over all topics")),
  "durable-topics": durableTopics,
  "database-url": databaseUrl,
  cluster: ours("cluster", text("weir", "name of the cluster and of its schema in the database")),
  environment,
  "http-allowed-host": ours(
    "http-allowed-host",
    list("Host header to accept beside addresses and this host's own name"),
  ),
} satisfies Options;

export type UpOptions = Values<typeof upOptions>;
