import { nsqdOptions } from "./nsqd-options.ts";
import { list, type Options, text } from "./option.ts";
import { configFile, version } from "./shared-options.ts";

/** Flags of `weir check-cert`: a node's, by which its file can be given, and what clients know. */
export const checkCertOptions = {
  config: { ...configFile, help: "path of a node's TOML file, which names the files below" },
  version,
  "tls-cert": nsqdOptions["tls-cert"],
  "tls-key": nsqdOptions["tls-key"],
  "tls-root-ca-file": nsqdOptions["tls-root-ca-file"],
  "broadcast-address": { ...nsqdOptions["broadcast-address"], default: "" },
  "nsqd-tcp-address": text("", "<addr>:<port> of a running node to ask for its certificate instead"),
  "https-address": text("", "<addr>:<port> of a running node's HTTPS to ask instead"),
  name: list(
    "host name or address that clients connect to; without one, the --broadcast-address, or the host that is asked",
  ),
  "client-root-ca-file": text("", "certificate authorities that clients are given", {
    defaultText: "those that programs know by themselves",
    existing: "file",
  }),
} satisfies Options;
