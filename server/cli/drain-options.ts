import { type Options, text, type Values } from "./option.ts";
import { secretFile, version } from "./shared-options.ts";

export const drainOptions = {
  version,
  "nsqd-http-address": text("127.0.0.1:4151", "<addr>:<port> of the node's HTTP"),
  "cluster-secret-file": secretFile,
} satisfies Options;

export type DrainOptions = Values<typeof drainOptions>;
