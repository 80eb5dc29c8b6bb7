import type { NsqToNsqOptions } from "../cli/nsq-to-nsq-options.ts";
import { consume } from "../tools/consume.ts";
import { Deliveries } from "../tools/deliveries.ts";
import { modeOf } from "../tools/host-pool.ts";
import { forwarder } from "../tools/nsq-to-nsq/forward.ts";
import { JsonFilter } from "../tools/nsq-to-nsq/json-filter.ts";
import { firstConnection, produce } from "../tools/produce.ts";
import { Meter } from "../tools/progress.ts";
import { runUtility, untilStopped } from "./utility.ts";
import { consumerOptions, producerOptions } from "./utility-clients.ts";

/** Sooner than nsqds take a message back, so that it can still be requeued. */
const publishTimeoutMs = 30_000;
/** What is pending are bodies of messages in flight, which have their own limit. */
const maxPendingBytes = Number.MAX_SAFE_INTEGER;

export async function runNsqToNsq(options: NsqToNsqOptions): Promise<void> {
  await runUtility({ prefix: "[nsq_to_nsq] ", level: "info" }, async (utility) => {
    const { log } = utility;
    const publishing = {
      ...producerOptions("nsq_to_nsq", options["producer-opt"]),
      publishTimeoutMs,
      maxPendingBytes,
    };
    const destinations = options["destination-nsqd-tcp-address"];
    const producers = destinations.map((nsqdTcpAddress) => produce({ ...publishing, nsqdTcpAddress }, log));
    // No message is taken, and requeued, only because a destination is still connecting.
    await Promise.all(producers.map(firstConnection));

    const filter = new JsonFilter({
      requireField: options["require-json-field"],
      requireValue: options["require-json-value"],
      whitelist: options["whitelist-json-field"],
    });
    const choosing = {
      destinations,
      mode: modeOf(options.mode) ?? "round-robin",
      statusEvery: options["status-every"],
      // With none that is, a message waits for one that comes back.
      isUp: (index: number) => producers[index]!.isConnected,
    };
    const deliveries = new Deliveries(choosing, (text) => log("info", text));
    const meter = new Meter();
    utility.progress(() => meter.text());

    const forwarding = { filter, deliveries, producers, meter, log };
    const consuming = consumerOptions("nsq_to_nsq", options);
    const consumers = options.topic.map((topic) =>
      consume({ ...consuming, topic }, log, forwarder(forwarding, options["destination-topic"] || topic)),
    );
    await untilStopped(utility);
    await Promise.all(consumers.map((consumer) => consumer.close()));
    await Promise.all(producers.map((producer) => producer.close()));
  });
}
