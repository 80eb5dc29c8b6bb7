import { hostname } from "node:os";
import { duration, flag, type Options, text, type Values } from "./option.ts";
import { configFile, httpAllowedHost, logLevel, version } from "./shared-options.ts";

/** Every flag of nsqlookupd, in its own words; then ours. Durations are in ms. */
export const nsqlookupdOptions = {
  config: configFile,
  version,
  verbose: flag(false, "[deprecated] has no effect, use --log-level"),
  "log-level": logLevel,
  "log-prefix": text("[nsqlookupd] ", "what every log line begins with"),
  "tcp-address": text("0.0.0.0:4160", "<addr>:<port> to listen on for nodes"),
  "http-address": text("0.0.0.0:4161", "<addr>:<port> to listen on for HTTP clients"),
  "broadcast-address": text(hostname(), "the address nodes are told to ask for channels at", {
    defaultText: "the host name",
  }),
  "inactive-producer-timeout": duration(
    "5m",
    "a node that was not heard for longer is not shown to consumers",
  ),
  "tombstone-lifetime": duration("45s", "how long a tombstone hides a node from a topic's consumers"),

  // Weir's own
  "http-allowed-host": httpAllowedHost,
} satisfies Options;

export type NsqlookupdOptions = Values<typeof nsqlookupdOptions>;
