/** Messages of one cluster to the nodes of another: filtered, each to one node, finished when that has it. */
import { type Handler, type Producer, PublishError } from "../../../client/node/index.ts";
import type { Log } from "../consume.ts";
import type { Deliveries } from "../deliveries.ts";
import type { Meter } from "../progress.ts";
import type { JsonFilter } from "./json-filter.ts";

export interface Forwarding {
  readonly filter: JsonFilter;
  /** Chooses among the producers. */
  readonly deliveries: Deliveries;
  readonly producers: readonly Producer[];
  readonly meter: Meter;
  readonly log: Log;
}

/** Handles messages by publishing them to `topic`. */
export function forwarder({ filter, deliveries, producers, meter, log }: Forwarding, topic: string): Handler {
  return async (message) => {
    const judged = filter.judge(message.body);
    if (judged.verdict === "retry") throw new Error(judged.fault);
    if (judged.verdict === "drop") {
      if (judged.fault !== null) log("error", judged.fault);
      return;
    }
    const { body } = judged;
    await deliveries.toOne((index) => producers[index]!.publish(topic, body), isDestinationsFault);
    meter.add(body.length);
  };
}

/** What a node has refused, others would refuse too. */
function isDestinationsFault(error: unknown): boolean {
  return !(error instanceof PublishError && error.outcome === "refused");
}
