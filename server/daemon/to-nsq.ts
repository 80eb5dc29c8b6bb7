import { addAbortSignal } from "node:stream";
import type { ToNsqOptions } from "../cli/to-nsq-options.ts";
import { firstConnection, produce } from "../tools/produce.ts";
import { Meter } from "../tools/progress.ts";
import { pendingBytesMax, publishRecords } from "../tools/to-nsq/publish-records.ts";
import { recordsOf } from "../tools/to-nsq/records.ts";
import { Throttle } from "../tools/to-nsq/throttle.ts";
import { runUtility } from "./utility.ts";
import { producerOptions } from "./utility-clients.ts";

export async function runToNsq(options: ToNsqOptions): Promise<void> {
  await runUtility({ prefix: "[to_nsq] ", level: "info" }, async (utility) => {
    const { topic, rate, delimiter } = options;
    const settings = {
      ...producerOptions("to_nsq", options["producer-opt"]),
      maxPendingBytes: pendingBytesMax,
    };
    const producers = options["nsqd-tcp-address"].map((nsqdTcpAddress) =>
      produce({ ...settings, nsqdTcpAddress }, utility.log),
    );
    // Later it waits for a node that comes back; an address that is wrong is told at once.
    for (const failed of await Promise.all(producers.map(firstConnection))) if (failed !== null) throw failed;

    const meter = new Meter();
    utility.progress(() => meter.text());
    if (rate > 0) utility.log("info", `Throttling messages rate to max:${rate}/second`);
    const input = addAbortSignal(utility.stopped, process.stdin);
    const records = untilAborted(recordsOf(input, Buffer.from(delimiter)[0]!), utility.stopped);
    await publishRecords(records, { topic, producers }, new Throttle(rate), meter, utility.stopped);
    await Promise.all(producers.map((producer) => producer.close()));
  });
}

/** Ends, rather than throws, where reading was given up. */
async function* untilAborted<T>(items: AsyncIterable<T>, stopped: AbortSignal): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    if (!stopped.aborted) throw error;
  }
}
