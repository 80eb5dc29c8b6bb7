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
  name: list("host name or address that clients connect to; without one, the --broadcast-address"),
  "client-root-ca-file": text("", "certificate authorities that clients are given", {
    defaultText: "those that programs know by themselves",
  }),
} satisfies Options;
