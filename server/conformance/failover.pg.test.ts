import { expect, test } from "vitest";
import { connect } from "../testing/client.ts";
import { consumeAll, keepPublishing } from "../testing/durable-load.ts";
import { eventually } from "../testing/eventually.ts";
import { startNode } from "../testing/node.ts";
import { synchronousPair } from "../testing/postgres-pair.ts";

const flags = { "durable-topics": "orders" };

test("[RP3][RP1] a primary is killed under load and its standby promoted: nothing acknowledged is lost", async () => {
  await using pair = await synchronousPair();
  await using node = await startNode(flags, { env: { DATABASE_URL: pair.url } });
  await node.act("/topic/create?topic=orders");
  await node.act("/channel/create?topic=orders&channel=billing");
  const load = keepPublishing(() => node.tcpPort, "orders");
  await eventually(() => expect(load.acknowledged.size).toBeGreaterThan(2_000), { withinMs: 30_000 });

  await pair.primary.kill9();
  await pair.promote();
  const before = load.acknowledged.size;
  await eventually(() => expect(load.acknowledged.size).toBeGreaterThan(before + 2_000), {
    withinMs: 40_000,
  });
  await load.stop();
  // Nothing of it is left in the node's memory: it has to be where the standby was.
  await node.kill();
  await node.start();

  const { missing } = await consumeAll(node.tcpPort, "orders", "billing", load.acknowledged);
  expect(missing).toBe(0);
});

test("[RP4] without its synchronous standby nothing is acknowledged, and it goes on when that is back", async () => {
  await using pair = await synchronousPair();
  await using node = await startNode(
    { ...flags, "durable-publish-timeout": "2s" },
    { env: { DATABASE_URL: pair.url } },
  );
  // A first one may be refused as well: on a busy machine the node's connections can take as long.
  const isTaken = () =>
    eventually(
      async () => {
        await using client = await connect(node.tcpPort);
        client.pub("orders", "taken");
        await client.expectOk();
      },
      { withinMs: 40_000 },
    );
  await isTaken();

  await pair.stopStandby();
  await using client = await connect(node.tcpPort);
  client.pub("orders", "not taken");
  await client.expectError(/^E_PUB_FAILED/);

  await pair.startStandby();
  await isTaken();
});
