/** What the flags of a utility mean to the client. */
import {
  type ConsumerOptions,
  type ProducerOptions,
  parseConsumerOptions,
  parseProducerOptions,
} from "../../client/node/index.ts";

interface ConsumerFlags {
  readonly channel: string;
  readonly "nsqd-tcp-address": readonly string[];
  readonly "lookupd-http-address": readonly string[];
  readonly "max-in-flight": number;
  readonly "consumer-opt": readonly string[];
}

/** Of the NSQ whose utilities these stand in for: told to those they talk to. */
export const nsqVersion = "1.3.0";

/** Everything but the topic. Throws an `OptionError`. */
export function consumerOptions(utility: string, flags: ConsumerFlags): Omit<ConsumerOptions, "topic"> {
  return {
    userAgent: `${utility}/${nsqVersion}`,
    ...parseConsumerOptions(flags["consumer-opt"]),
    channel: flags.channel,
    nsqdTcpAddresses: flags["nsqd-tcp-address"],
    lookupdHttpAddresses: flags["lookupd-http-address"],
    maxInFlight: flags["max-in-flight"],
  };
}

/** Everything but the address. Throws an `OptionError`. */
export function producerOptions(
  utility: string,
  entries: readonly string[],
): Omit<ProducerOptions, "nsqdTcpAddress"> {
  return { userAgent: `${utility}/${nsqVersion}`, ...parseProducerOptions(entries) };
}
