import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { startNode } from "../../server/testing/node.ts";
import { BreakingProxy } from "../testing/breaking-proxy.ts";
import { type ConnectionOptions, Consumer, Producer, type PublishError } from "./index.ts";

const cuts = 12;
/** What a connection may carry until it is cut. */
const lifeMsMax = 120;

test.each<[string, ConnectionOptions]>([
  ["plain", {}],
  ["compressed", { snappy: true }],
])(
  "[NC5][NC8] however often %s connections break, what is acknowledged arrives, and nothing is called twice",
  async (_, options) => {
    await using node = await startNode();
    await using proxy = await BreakingProxy.start(node.tcpPort);
    const connection = { ...options, maxReconnectDelayMs: 50, closeTimeoutMs: 5_000 };
    const producer = new Producer({ nsqdTcpAddress: proxy.address, ...connection });
    const acknowledged = new Set<string>();
    const settled = new Map<string, number>();
    const codes = new Set<string>();
    const handled = new Map<string, number>();
    const arrived = new Set<string>();
    const consumer = new Consumer(
      {
        topic: "t",
        channel: "c",
        nsqdTcpAddresses: [proxy.address],
        maxInFlight: 100,
        maxAttempts: 0,
        msgTimeoutMs: 1_000,
        ...connection,
      },
      async ({ id, attempts, body }) => {
        arrived.add(body.toString());
        handled.set(`${id} ${attempts}`, (handled.get(`${id} ${attempts}`) ?? 0) + 1);
        if (attempts % 5 === 4) await pause(1);
      },
    );
    let isPublishing = true;
    let number = 0;
    const publishing = (async () => {
      while (isPublishing) {
        const round = Array.from({ length: 50 }, () => `message ${number++}`);
        await Promise.all(
          round.map(async (body) => {
            try {
              await producer.publish("t", body);
              acknowledged.add(body);
            } catch (error) {
              codes.add(`${(error as PublishError).code} ${(error as PublishError).outcome}`);
            }
            settled.set(body, (settled.get(body) ?? 0) + 1);
          }),
        );
      }
    })();

    for (let cut = 0; cut < cuts; cut++) {
      const before = { connections: proxy.connections, acknowledged: acknowledged.size };
      await eventually(() => expect(acknowledged.size).toBeGreaterThan(before.acknowledged));
      await pause(Math.random() * lifeMsMax);
      proxy.cut();
      await eventually(() => expect(proxy.connections).toBeGreaterThan(before.connections));
    }
    isPublishing = false;
    await publishing;

    await eventually(
      async () =>
        expect(await node.channel("t", "c")).toMatchObject({
          depth: 0,
          in_flight_count: 0,
          deferred_count: 0,
        }),
      { withinMs: 15_000 },
    );
    await Promise.all([producer.close(), consumer.close()]);
    expect([...acknowledged].filter((body) => !arrived.has(body))).toEqual([]);
    expect([settled.size, new Set(settled.values())]).toEqual([number, new Set([1])]);
    expect(codes).toEqual(new Set(["CONNECTION_LOST unknown"]));
    expect(new Set(handled.values())).toEqual(new Set([1]));
  },
);
