import { flag, integer, list, type Options, text, type Values } from "./option.ts";
import { version } from "./shared-options.ts";
import { consumerOption, lookupdHttpAddress, maxInFlight, nsqdTcpAddress } from "./utility-options.ts";

export const nsqTailOptions = {
  version,
  topic: list("topic to print the messages of"),
  channel: text("", "channel to consume", { defaultText: "a new ephemeral one" }),
  "nsqd-tcp-address": nsqdTcpAddress,
  "lookupd-http-address": lookupdHttpAddress,
  "max-in-flight": maxInFlight,
  n: integer(0, "messages to print before exiting; 0 for no end"),
  "print-topic": flag(false, "print a message's topic before it"),
  "consumer-opt": consumerOption,
} satisfies Options;

export type NsqTailOptions = Values<typeof nsqTailOptions>;
