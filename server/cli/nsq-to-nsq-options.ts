import { list, type Options, text, type Values } from "./option.ts";
import { version } from "./shared-options.ts";
import {
  consumerOption,
  lookupdHttpAddress,
  maxInFlight,
  mode,
  nsqdTcpAddress,
  producerOption,
  statusEvery,
} from "./utility-options.ts";

export const nsqToNsqOptions = {
  version,
  topic: list("topic to consume"),
  channel: text("nsq_to_nsq", "channel to consume"),
  "nsqd-tcp-address": nsqdTcpAddress,
  "lookupd-http-address": lookupdHttpAddress,
  "max-in-flight": maxInFlight,
  "consumer-opt": consumerOption,

  "destination-nsqd-tcp-address": list("<addr>:<port> of an nsqd to publish to"),
  "destination-topic": text("", "topic to publish to", { defaultText: "the topic a message comes from" }),
  mode: text("hostpool", mode),
  "status-every": statusEvery,
  "producer-opt": producerOption,

  "require-json-field": text("", "leave out messages that are not JSON objects with this field"),
  "require-json-value": text("", "leave out messages in which --require-json-field has another value"),
  "whitelist-json-field": list("field of the JSON object to pass on; without any, all of it is"),
} satisfies Options;

export type NsqToNsqOptions = Values<typeof nsqToNsqOptions>;
