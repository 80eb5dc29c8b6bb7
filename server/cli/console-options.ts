import { flag, list, type Options, ours, text, type Values } from "./option.ts";
import { configFile, databaseUrl, httpAllowedHost, logLevel, secretFile, version } from "./shared-options.ts";

/** The console's flags: nsqadmin's where it has one, then ours. */
export const consoleOptions = {
  config: configFile,
  version,
  "log-level": logLevel,
  "log-prefix": text("[console] ", "what every log line begins with"),
  "http-address": text("127.0.0.1:4171", "<addr>:<port> to listen on"),
  "nsqd-http-address": list("<addr>:<port> of a node's HTTP", { fileKey: "nsqd_http_addresses" }),

  // Weir's own
  "new-link": flag(false, "print a new sign-in link of the console that runs on this --data-path, and exit"),
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

export type ConsoleOptions = Values<typeof consoleOptions>;
