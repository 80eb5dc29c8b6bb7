import { duration, flag, list, type Option, type Options, ours, text, type Values, word } from "./option.ts";
import {
  configFile,
  databaseUrl,
  environment,
  httpAllowedHost,
  logLevel,
  secretFile,
  version,
} from "./shared-options.ts";
import { pageOption } from "./utility-options.ts";

const unused = { effect: "none" } as const;

const apiAccess = (fallback: "session" | "open"): Option<"session" | "open"> =>
  ours(
    "nsqadmin-api",
    word(
      ["session", "open"],
      fallback,
      "who may use nsqadmin's own API under /api: whoever is signed in or comes through a trusted proxy, or anybody, as in nsqadmin",
    ),
  );

/** The console's flags: nsqadmin's, then ours. */
export const consoleOptions = {
  config: configFile,
  version,
  verbose: flag(false, "[deprecated] has no effect, use --log-level"),
  "log-level": logLevel,
  "log-prefix": text("[console] ", "what every log line begins with"),
  "http-address": text("127.0.0.1:4171", "<addr>:<port> to listen on"),
  "base-path": text("/", "path that everything stands under"),
  "dev-static-dir": text("", "[nsqadmin's development] directory of its assets", unused),
  "lookupd-http-address": list("<addr>:<port> of a nsqlookupd's HTTP, to find nodes by", {
    fileKey: "nsqlookupd_http_addresses",
  }),
  "nsqd-http-address": list("<addr>:<port> of a node's HTTP", { fileKey: "nsqd_http_addresses" }),
  "notification-http-endpoint": text("", "URL that is told of every administrative act"),
  "allow-config-from-cidr": text("127.0.0.1/8", "network that may use /config; empty: anybody"),
  "acl-http-header": text("X-Forwarded-User", "header in which a trusted proxy names the user"),
  "admin-user": list("user who may change things; without any, everybody who may use the API", {
    fileKey: "admin_users",
  }),

  // Asking nodes and lookups
  "http-client-connect-timeout": duration("2s", "time to connect to a node or a lookup"),
  "http-client-request-timeout": duration("5s", "time for a whole request to a node or a lookup"),
  "http-client-tls-insecure-skip-verify": flag(false, "believe any certificate of a node or a lookup"),
  "http-client-tls-root-ca-file": text(
    "",
    "PEM file of authorities that nodes and lookups are checked against",
    { existing: "file" },
  ),
  "http-client-tls-cert": text("", "PEM file of the certificate shown to nodes and lookups", {
    existing: "file",
  }),
  "http-client-tls-key": text("", "PEM file of its key", { existing: "file" }),

  // Graphite, which the console's own charts stand in for
  "graphite-url": text("", "URL of a graphite", unused),
  "proxy-graphite": flag(false, "hand /render on to graphite", unused),
  "statsd-counter-format": text("stats.counters.%s.count", "how statsd names counters in graphite", unused),
  "statsd-gauge-format": text("stats.gauges.%s", "how statsd names gauges in graphite", unused),
  "statsd-prefix": text("nsq.%s", "prefix of statsd keys, the nodes' own", unused),
  "statsd-interval": duration("60s", "time between two pushes to statsd, the nodes' own", unused),

  // Weir's own
  "nsqadmin-api": apiAccess("session"),
  "trusted-proxy": ours(
    "trusted-proxy",
    list("network, as <addr>/<bits>, of proxies whose --acl-http-header is believed"),
  ),
  "node-cidr": ours(
    "node-cidr",
    list(
      "network, as <addr>/<bits>, of the nodes that lookups may name; they are given the cluster's secret. Without any: no secret, and no loopback or link-local address",
    ),
  ),
  "webhook-cidr": ours(
    "webhook-cidr",
    list(
      "private network, as <addr>/<bits>, that webhooks of alerts may reach; without any they reach public addresses only",
    ),
  ),
  "page-opt": ours("page-opt", pageOption),
  "new-link": flag(false, "print a new sign-in link of the console that runs on this --data-path, and exit"),
  environment,
  "public-url": ours(
    "public-url",
    text("", "the address people reach this console at, when a proxy stands before it"),
  ),
  "data-path": ours(
    "data-path",
    text("", "directory for what has to outlive the process", { defaultText: "the working directory" }),
  ),
  "next-dir": ours(
    "next-dir",
    text("", "directory of the built pages", { defaultText: "where Weir is installed" }),
  ),
  "database-url": databaseUrl,
  cluster: ours("cluster", text("weir", "the cluster to show, which names its schema in the database")),
  "cluster-secret-file": secretFile,
  "http-allowed-host": httpAllowedHost,
} satisfies Options;

/** Under the name of nsqadmin: its defaults, where the console's are others. */
export const nsqadminOptions = {
  ...consoleOptions,
  "log-prefix": text("[nsqadmin] ", "what every log line begins with"),
  "http-address": text("0.0.0.0:4171", "<addr>:<port> to listen on"),
  "nsqadmin-api": apiAccess("open"),
} satisfies Options;

export type ConsoleOptions = Values<typeof consoleOptions>;
