/** Rows that several of the utilities have. Utilities read no file and no environment. */
import { duration, integer, list } from "./option.ts";

export const nsqdTcpAddress = list("<addr>:<port> of an nsqd to consume from");
export const lookupdHttpAddress = list("<addr>:<port> of an nsqlookupd's HTTP, to find nsqds by");
export const consumerOption = list(
  "option of the consumer: name,value, or name alone for true; as max_backoff_duration,30s",
);
export const producerOption = list(
  "option of the producers: name,value, or name alone for true; as write_timeout,5s",
);
export const maxInFlight = integer(200, "messages to have in hand at most, over all connections");
export const connectTimeout = duration("2s", "for connecting to an HTTP server");
export const requestTimeout = duration("5s", "for a request to an HTTP server");
export const mode =
  "how to choose among several destinations: hostpool (in turn, leaving failed ones out for a while), " +
  "round-robin, epsilon-greedy (mostly the fastest)";
export const statusEvery = integer(
  250,
  "deliveries between two log lines about them, in total and per destination; 0 for none",
);
