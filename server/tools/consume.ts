import { Consumer, type ConsumerOptions, type Handler } from "../../client/node/index.ts";

export type Log = (level: "debug" | "info" | "warn" | "error", text: string) => void;

/** A consumer whose connections, faults and losses stand in the log. */
export function consume(options: ConsumerOptions, log: Log, handle: Handler): Consumer {
  const of = `[${options.topic}/${options.channel}]`;
  const consumer = new Consumer(options, handle);
  consumer.on("connected", (address) => log("info", `${of} (${address}) connected`));
  consumer.on("disconnected", (address, error) =>
    log(
      error === null ? "info" : "warn",
      `${of} (${address}) disconnected${error ? `: ${error.message}` : ""}`,
    ),
  );
  consumer.on("fault", (error) => log("error", `${of} ${error.message}`));
  consumer.on("failed", (error, { id }) =>
    log("error", `${of} msg ${id} requeued: ${error instanceof Error ? error.message : error}`),
  );
  consumer.on("backoff", (ms) =>
    log("warn", `${of} ${ms > 0 ? `backing off for ${(ms / 1_000).toFixed(1)}s` : "backoff is over"}`),
  );
  consumer.on("discarded", ({ id, attempts }) =>
    log("warn", `${of} msg ${id} attempted ${attempts} times, giving up`),
  );
  return consumer;
}
