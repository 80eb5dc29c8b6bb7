import { expect, test } from "vitest";
import { openPool, parseDatabaseUrl } from "../../db/client.ts";
import { consumeAll, keepPublishing } from "../testing/durable-load.ts";
import { eventually } from "../testing/eventually.ts";
import { startNode } from "../testing/node.ts";
import { hasPgbouncer, startPgbouncer } from "../testing/pgbouncer.ts";
import { ownPostgres } from "../testing/postgres.ts";

const isThere = hasPgbouncer();
const leftOut = isThere ? "" : " (left out: no pgbouncer is installed here)";
/** Fewer than a node opens at the pooler: statements do change connections. */
const serverConnections = 3;

test.skipIf(!isThere)(
  `[RP5][RP2] through pgbouncer in transaction mode nothing acknowledged is lost, a killed node and a killed pooler included${leftOut}`,
  async () => {
    await using postgres = await ownPostgres();
    await setRole(postgres.url, "alter role weir set search_path = weir");
    await using pooler = await startPgbouncer(postgres.url, serverConnections);
    const flags = { "durable-topics": "orders", "mem-queue-size": 100 };
    await using node = await startNode(flags, { env: { DATABASE_URL: pooler.url } });
    for (const topic of ["orders", "memory"]) {
      await node.act(`/topic/create?topic=${topic}`);
      await node.act(`/channel/create?topic=${topic}&channel=billing`);
    }
    const durable = keepPublishing(() => node.tcpPort, "orders");
    const memory = keepPublishing(() => node.tcpPort, "memory");
    const grow = (by: number) => {
      const [one, other] = [durable.acknowledged.size + by, memory.acknowledged.size + by];
      return eventually(
        () => {
          expect(durable.acknowledged.size).toBeGreaterThan(one);
          expect(memory.acknowledged.size).toBeGreaterThan(other);
        },
        { withinMs: 40_000 },
      );
    };
    await grow(2_000);
    await pooler.restart();
    await grow(1_000);
    await memory.stop();
    await consumeAll(node.tcpPort, "memory", "billing", memory.acknowledged).then(({ missing }) =>
      expect(missing).toBe(0),
    );
    await durable.stop();
    await node.kill();
    await node.start();

    const { missing } = await consumeAll(node.tcpPort, "orders", "billing", durable.acknowledged);
    expect(missing).toBe(0);
  },
);

async function setRole(url: string, statement: string): Promise<void> {
  const sql = openPool(parseDatabaseUrl(url), { schema: "public", name: "admin", max: 1 });
  await sql.unsafe(statement).simple();
  await sql.end();
}
