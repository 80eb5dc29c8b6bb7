import { once } from "node:events";
import { type ClientError, Producer, type ProducerOptions } from "../../client/node/index.ts";
import type { Log } from "./consume.ts";

/** A producer whose connections and faults stand in the log. */
export function produce(options: ProducerOptions, log: Log): Producer {
  const producer = new Producer(options);
  producer.on("connected", (address) => log("info", `(${address}) connected`));
  producer.on("disconnected", (address, error) => {
    if (error !== null) log("warn", `(${address}) disconnected: ${error.message}`);
  });
  producer.on("fault", (error) => log("error", `(${options.nsqdTcpAddress}) ${error.message}`));
  return producer;
}

/** Resolves to what kept the producer from connecting the first time it tried; null: it has connected. */
export async function firstConnection(producer: Producer): Promise<ClientError | null> {
  if (producer.isConnected) return null;
  const settled = new AbortController();
  try {
    return await Promise.race([
      once(producer, "connected", settled).then(() => null),
      once(producer, "disconnected", settled).then(([, error]) => error as ClientError),
    ]);
  } finally {
    settled.abort();
  }
}
