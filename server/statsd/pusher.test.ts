import { expect, test } from "vitest";
import { TestBroker } from "../broker/testing/test-broker.ts";
import { OwnProcess } from "../metrics/process-figures.ts";
import { eventually } from "../testing/eventually.ts";
import { LongestTurn } from "../testing/longest-turn.ts";
import { TestStatsd } from "../testing/statsd.ts";
import { StatsdPusher } from "./pusher.ts";

test("[ST1] a push of ten thousand topics is spread over its interval, and takes no long turn", async () => {
  using statsd = await TestStatsd.open();
  const node = new TestBroker();
  const own = new OwnProcess();
  for (let i = 0; i < 10_000; i++) node.topic(`topic-${i}`).ensureChannel("c");
  const pusher = new StatsdPusher(
    {
      ...{ host: "127.0.0.1", port: statsd.port, prefix: "", intervalMs: 1_500, packetBytesMax: 508 },
      ...{ memory: true, excludeEphemeral: false },
    },
    { broker: node.broker, memory: () => own.memory(), now: () => {}, log: () => {} },
  );

  pusher.start();
  await eventually(() => expect(statsd.packets.length).toBeGreaterThan(0));
  const turns = new LongestTurn();
  await eventually(() => expect(statsd.packets.at(-1)).toContain("mem.gc_runs"), { withinMs: 20_000 });
  pusher.close();

  expect(turns.stop()).toBeLessThan(25);
});
