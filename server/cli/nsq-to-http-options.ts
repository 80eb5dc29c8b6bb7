import { duration, integer, list, number, type Options, text, type Values } from "./option.ts";
import { version } from "./shared-options.ts";
import {
  connectTimeout,
  consumerOption,
  lookupdHttpAddress,
  maxInFlight,
  mode,
  nsqdTcpAddress,
  statusEvery,
} from "./utility-options.ts";

export const nsqToHttpOptions = {
  version,
  topic: text("", "topic to consume"),
  channel: text("nsq_to_http", "channel to consume"),
  "nsqd-tcp-address": nsqdTcpAddress,
  "lookupd-http-address": lookupdHttpAddress,
  "max-in-flight": maxInFlight,
  "consumer-opt": consumerOption,

  post: list("URL to POST messages to"),
  get: list("URL to GET, with one %s where the message goes, escaped"),
  header: list("header of every request, as 'Name: value'"),
  "content-type": text("application/octet-stream", "Content-Type of a POST"),
  n: integer(100, "requests at a time, at most"),
  mode: text("hostpool", `${mode}; any other word: every message to all of them`),
  sample: number(1, "share of the messages to send, from 0 to 1; the others are finished unsent"),
  "status-every": statusEvery,
  "http-client-connect-timeout": connectTimeout,
  "http-client-request-timeout": duration("20s", "for a request to an HTTP server"),
} satisfies Options;

export type NsqToHttpOptions = Values<typeof nsqToHttpOptions>;
