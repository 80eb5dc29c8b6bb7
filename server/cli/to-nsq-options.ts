import { integer, list, type Options, text, type Values } from "./option.ts";
import { version } from "./shared-options.ts";
import { producerOption } from "./utility-options.ts";

export const toNsqOptions = {
  version,
  topic: text("", "topic to publish to"),
  "nsqd-tcp-address": list("<addr>:<port> of an nsqd to publish to; each gets every message"),
  delimiter: text("\n", "the byte between two messages"),
  rate: integer(0, "messages a second, at most; 0 for no limit"),
  "producer-opt": producerOption,
} satisfies Options;

export type ToNsqOptions = Values<typeof toNsqOptions>;
