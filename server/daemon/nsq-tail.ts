import { randomInt } from "node:crypto";
import type { NsqTailOptions } from "../cli/nsq-tail-options.ts";
import { consume } from "../tools/consume.ts";
import { Meter } from "../tools/progress.ts";
import { Tail } from "../tools/tail.ts";
import { runUtility, untilStopped } from "./utility.ts";
import { consumerOptions } from "./utility-clients.ts";

/** Messages that cannot be printed any more are not worth a longer wait. */
const closeTimeoutMs = 5_000;

export async function runNsqTail(options: NsqTailOptions): Promise<void> {
  await runUtility({ prefix: "[nsq_tail] ", level: "info" }, async (utility) => {
    const { n: count, topic: topics, "print-topic": printTopic } = options;
    const channel = options.channel || `tail${String(randomInt(1_000_000)).padStart(6, "0")}#ephemeral`;
    const settings = { ...consumerOptions("nsq_tail", { ...options, channel }), closeTimeoutMs };
    const maxInFlight = Math.min(options["max-in-flight"], count > 0 ? count : Number.POSITIVE_INFINITY);

    const meter = new Meter();
    const tail = new Tail({ count, printTopic }, utility.print, meter);
    // On the terminal that shows the messages it would be in their way.
    if (process.stdout.isTTY !== true) utility.progress(() => meter.text());
    const consumers = topics.map((topic) =>
      consume({ ...settings, topic, maxInFlight }, utility.log, tail.handler(topic)),
    );
    await Promise.race([tail.ended, untilStopped(utility)]);
    await Promise.all(consumers.map((consumer) => consumer.close()));
  });
}
