/** Rows that several of the utilities have. Utilities read no file and no environment. */
import {
  parseConnectionOptions,
  parseConsumerOptions,
  parseProducerOptions,
} from "../../client/node/option-list.ts";
import { OptionError } from "../../client/node/options.ts";
import { ValueError } from "../protocol/go-values.ts";
import { duration, integer, list, type Option } from "./option.ts";

export const nsqdTcpAddress = list("<addr>:<port> of an nsqd to consume from");
export const lookupdHttpAddress = list("<addr>:<port> of an nsqlookupd's HTTP, to find nsqds by");
export const consumerOption = clientOption(
  "option of the consumer: name,value, or name alone for true; as max_backoff_duration,30s",
  parseConsumerOptions,
);
export const producerOption = clientOption(
  "option of the producers: name,value, or name alone for true; as write_timeout,5s",
  parseProducerOptions,
);
/** The console's. */
export const pageOption = clientOption(
  "option of the connections to nodes over which pages consume and publish: name,value, or name alone for true; as tls_v1, tls_root_ca_file,/etc/ca.pem or auth_secret,…",
  parseConnectionOptions,
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

/** A list whose entries `check` throws an `OptionError` for, when they are wrong. One may be a secret. */
function clientOption(help: string, check: (entries: string[]) => unknown): Option<readonly string[]> {
  const entries = list(help);
  const parse: typeof entries.parse = (text, before) => {
    try {
      check([text]);
    } catch (error) {
      if (error instanceof OptionError) throw new ValueError(error.message);
      throw error;
    }
    return entries.parse(text, before);
  };
  return { ...entries, parse, secret: true };
}
