import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { crc32 } from "node:zlib";
import { parseBool } from "../protocol/go-values.ts";
import {
  duration,
  emptyIsDefault,
  flag,
  floats,
  integer,
  list,
  type Option,
  type Options,
  ours,
  text,
  type Values,
  word,
} from "./option.ts";
import {
  configFile,
  databaseUrl,
  durableTopics,
  httpAllowedHost,
  logLevel,
  secretFile,
  version,
} from "./shared-options.ts";

/** As nsqd derives it, so that a node keeps its number when it moves from one to the other. */
const nodeIdOfHost = crc32(createHash("md5").update(hostname()).digest()) % 1024;

const unused = { effect: "none" } as const;

/** true, false, or `tcp-https`: required of TCP and allowed to be missing on plain HTTP. */
const tlsRequired: Option<boolean | "tcp-https"> = {
  default: false,
  help: "require TLS of clients (true, false, tcp-https)",
  kind: "value",
  boolean: true,
  parse: (value) => (value.toLowerCase() === "tcp-https" ? "tcp-https" : parseBool(value)),
};

/** Every flag of nsqd, in its own words; then ours. Durations are in ms, sizes in bytes. */
export const nsqdOptions = {
  // basics
  config: configFile,
  version,
  verbose: flag(false, "[deprecated] has no effect, use --log-level"),
  "worker-id": integer(0, "[deprecated] has no effect, use --node-id"),
  "log-level": logLevel,
  "log-prefix": text("[nsqd] ", "what every log line begins with"),
  "node-id": integer(nodeIdOfHost, "unique part of message ids, [0,1024)", {
    fileKey: "id",
    defaultText: "from the host name",
  }),

  // addresses
  "tcp-address": text(
    "0.0.0.0:4150",
    "<addr>:<port> to listen on for TCP clients, or the path of a unix socket",
  ),
  "http-address": text(
    "0.0.0.0:4151",
    "<addr>:<port> to listen on for HTTP clients, or the path of a unix socket; empty for none",
  ),
  "https-address": text(
    "0.0.0.0:4152",
    "<addr>:<port> to listen on for HTTPS clients, once there is a --tls-cert",
  ),
  "broadcast-address": text(hostname(), "the address clients are told to use", {
    defaultText: "the host name",
  }),
  "broadcast-tcp-port": integer(0, "the TCP port clients are told to use; 0 for the one listened on"),
  "broadcast-http-port": integer(0, "the HTTP port clients are told to use; 0 for the one listened on"),
  "lookupd-tcp-address": list("<addr>:<port> of an nsqlookupd", {
    fileKey: "nsqlookupd_tcp_addresses",
  }),
  "http-client-connect-timeout": duration("2s", "for connecting to an HTTP server"),
  "http-client-request-timeout": duration("5s", "for a request to an HTTP server"),
  "topology-region": text("", "the region this node is in"),
  "topology-zone": text("", "the zone this node is in"),
  "enable-experiment": list("name of an experiment to enable", { effect: "none yet" }),

  // what is kept where
  "data-path": text("", "directory for what has to outlive the process", {
    existing: "directory",
    defaultText: "the working directory",
  }),
  "mem-queue-size": integer(10_000, "messages kept in memory per topic and per channel; the rest is stored"),
  "max-bytes-per-file": integer(104_857_600, "bytes in one file of stored messages"),
  "sync-every": integer(
    2_500,
    "messages between two fsyncs of nsqd's files; ours are synced before they count",
    unused,
  ),
  "sync-timeout": duration("2s", "time between two fsyncs of nsqd's files", unused),
  "queue-scan-worker-pool-max": integer(4, "how nsqd looks for deadlines; ours need no scan", unused),
  "queue-scan-selection-count": integer(20, "how nsqd looks for deadlines", unused),

  // messages and commands
  "msg-timeout": duration("60s", "how long a consumer may hold a message before another gets it"),
  "max-msg-timeout": duration("15m", "longest time a consumer may ask to hold a message"),
  "max-msg-size": integer(1_048_576, "largest message in bytes"),
  "max-req-timeout": duration("1h", "longest delay of a requeued or deferred message"),
  "max-body-size": integer(5_242_880, "largest body of a command in bytes"),

  // clients
  "max-heartbeat-interval": duration("60s", "longest time between heartbeats a client may ask for"),
  "max-rdy-count": integer(2_500, "largest RDY a consumer may ask for"),
  "max-output-buffer-size": integer(65_536, "largest output buffer in bytes a client may ask for"),
  "max-output-buffer-timeout": duration("30s", "longest time between two flushes a client may ask for"),
  "min-output-buffer-timeout": duration("25ms", "shortest time between two flushes a client may ask for"),
  "output-buffer-timeout": duration("250ms", "time between two flushes when a client asks for none"),
  "max-channel-consumers": integer(0, "consumers a channel may have; 0 for no limit"),

  // what is told of it
  "statsd-address": text("", "UDP <addr>:<port> of a statsd to push to"),
  "statsd-interval": duration("60s", "time between two pushes to statsd"),
  "statsd-mem-stats": flag(true, "push memory figures to statsd"),
  "statsd-prefix": text("nsq.%s", "prefix of statsd keys; %s is the node's address"),
  "statsd-udp-packet-size": integer(508, "bytes in one datagram to statsd"),
  "statsd-exclude-ephemeral": flag(false, "leave ephemeral topics and channels out of statsd"),
  "e2e-processing-latency-percentile": floats("percentile of publish-to-FIN times to follow, (0,1]", {
    fileKey: "e2e_processing_latency_percentiles",
  }),
  "e2e-processing-latency-window-time": duration("10m", "time those percentiles are of"),

  // TLS, compression, authorisation
  "tls-cert": text("", "certificate file", { existing: "file" }),
  "tls-key": text("", "key file", { existing: "file" }),
  "tls-client-auth-policy": text("", "whether clients need a certificate: require or require-verify"),
  "tls-root-ca-file": text("", "certificate authorities of clients", { existing: "file" }),
  "tls-required": tlsRequired,
  "tls-min-version": emptyIsDefault(
    word(["tls1.0", "tls1.1", "tls1.2", "tls1.3"], "tls1.0", "oldest TLS to accept"),
  ),
  deflate: flag(true, "let clients ask for deflate"),
  "max-deflate-level": integer(6, "highest deflate level a client may ask for, [1,9]"),
  snappy: flag(true, "let clients ask for snappy"),
  "auth-http-address": list("<addr>:<port> or URL of an authorisation server", {
    fileKey: "auth_http_addresses",
  }),
  "auth-http-request-method": text("get", "how to ask it: get or post"),

  // Weir's own
  "mem-bytes": ours("mem-bytes", integer(134_217_728, "bytes of messages kept in memory, over all topics")),
  "database-url": databaseUrl,
  "durable-topics": durableTopics,
  "durable-publish-timeout": ours(
    "durable-publish-timeout",
    duration("5s", "how long a publish to a durable topic waits for the database"),
  ),
  "lease-ttl": ours(
    "lease-ttl",
    duration(
      "10s",
      "how long a node of the cluster may be silent before another takes over its durable topics",
    ),
  ),
  "accept-loss": ours(
    "accept-loss",
    flag(false, "take publishes to durable topics also while the database may lose what it has confirmed"),
  ),
  cluster: ours(
    "cluster",
    text("weir", "the cluster this node belongs to, which names its schema in the database"),
  ),
  "cluster-secret-file": secretFile,
  "http-allowed-host": httpAllowedHost,
  "auth-strict": ours(
    "auth-strict",
    flag(
      false,
      "an authorisation's patterns have to match whole names of topics and channels, not parts of them",
    ),
  ),
  "metrics-per-topic": ours(
    "metrics-per-topic",
    word(
      ["auto", "on", "off"],
      "auto",
      "which topics and channels have series of their own in /metrics: the first 2,000 that are not ephemeral, all, or none",
    ),
  ),
  audit: ours(
    "audit",
    word(
      ["all", "ack", "off"],
      "all",
      "which events of a message are recorded: all, FIN REQ and timeouts, or none",
    ),
  ),
} satisfies Options;

export type NsqdOptions = Values<typeof nsqdOptions>;
