import { duration, integer, list, type Options, text, type Values } from "./option.ts";
import { version } from "./shared-options.ts";
import { connectTimeout, lookupdHttpAddress, requestTimeout } from "./utility-options.ts";

export const nsqStatOptions = {
  version,
  topic: text("", "topic to watch"),
  channel: text("", "channel of it to watch"),
  "nsqd-http-address": list("<addr>:<port> of an nsqd's HTTP, to ask for its figures"),
  "lookupd-http-address": lookupdHttpAddress,
  interval: duration("2s", "time between two rows"),
  count: integer(Number.POSITIVE_INFINITY, "rows to print before exiting", { defaultText: "no end" }),
  "http-client-connect-timeout": connectTimeout,
  "http-client-request-timeout": requestTimeout,
} satisfies Options;

export type NsqStatOptions = Values<typeof nsqStatOptions>;
