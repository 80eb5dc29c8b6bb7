import { expect, test } from "vitest";
import { openPool, parseDatabaseUrl, type Sql } from "../../db/client.ts";
import type { NodeLease } from "../../db/node-lease.ts";
import { deleteBlocks } from "../../db/queries/blocks.ts";
import { freshDatabase } from "../testing/postgres.ts";
import { type OpenedPostgres, openOn } from "./opened-postgres.ts";
import { block, readAll, written } from "./store-contract.ts";

/** A shared machine may be slow. */
const soon = { timeout: 15_000 };

/** An odd log is written for want of memory, an even one because somebody waits. */
const isDurable = (logId: number) => logId % 2 === 0;

interface Setting extends AsyncDisposable {
  readonly node: OpenedPostgres;
  /** One connection of an administrator's, on the cluster's schema. */
  readonly admin: Sql;
  /** Keeps every statement that writes blocks from ending. */
  holdWrites(): Promise<{ release(): Promise<void> }>;
}

async function openSetting(): Promise<Setting> {
  const database = await freshDatabase();
  const node = openOn(database.url, { isDurable });
  await expect.poll(() => node.link.state, soon).toBe("up");
  const connect = () =>
    openPool(parseDatabaseUrl(database.url), {
      schema: "weir",
      name: "admin",
      max: 1,
      statementTimeoutMs: 0,
    });
  const admin = connect();
  return {
    ...{ node, admin },
    async holdWrites() {
      const holder = connect();
      await holder.unsafe("begin; lock table blocks in share mode").simple();
      return {
        async release() {
          await holder.unsafe("commit").simple();
          await holder.end();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await admin.end({ timeout: 1 });
      await node.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Writes and notes in `order` what is done, as `log:seq`. */
function write(
  node: OpenedPostgres,
  order: string[],
  logId: number,
  seq: number,
  bytes = 100,
): Promise<void> {
  const one = { ...block(logId, seq, seq + 1), bytes: new Uint8Array(bytes) };
  return new Promise((resolve) => {
    node.backlog.write(
      "orders",
      one,
      () => {
        order.push(`${logId}:${seq}`);
        resolve();
      },
      isDurable(logId),
    );
  });
}

const waitingInserts = async (admin: Sql) => {
  const [row] = await admin<{ count: number }[]>`select count(*)::int as count from pg_stat_activity
    where wait_event_type = 'Lock' and query like '%insert into blocks%' and application_name like 'weir node%'`;
  return row!.count;
};

function leaseOf(
  epoch: number | null,
  mayCommit = true,
): NodeLease & { epoch: number | null; fencedEpochs: number[] } {
  const fencedEpochs: number[] = [];
  return {
    epoch,
    fencedEpochs,
    mayCommit: () => mayCommit,
    fenced: (fenced) => {
      fencedEpochs.push(fenced);
    },
  };
}

test("[SD1] what somebody waits for overtakes what is written for want of memory", async () => {
  await using setting = await openSetting();
  const { node, admin } = setting;
  const order: string[] = [];
  const held = await setting.holdWrites();

  const overflow = Array.from({ length: 60 }, (_, i) => write(node, order, 1 + 2 * (i % 20), i, 200_000));
  await expect.poll(() => waitingInserts(admin), soon).toBe(2);
  const durable = write(node, order, 2, 0);
  await expect.poll(() => waitingInserts(admin), soon).toBe(3);
  await held.release();
  await Promise.all([...overflow, durable]);

  expect(order.indexOf("2:0")).toBeLessThan(10);
  expect(order).toHaveLength(61);
});

test("[SD2] what came while statements were out shares the next, in order, one statement of a log at a time", async () => {
  await using setting = await openSetting();
  const { node, admin } = setting;
  const order: string[] = [];
  const held = await setting.holdWrites();

  const first = write(node, order, 2, 0);
  await expect.poll(() => waitingInserts(admin), soon).toBe(1);
  const rest = Array.from({ length: 199 }, (_, i) => write(node, order, 2, i + 1));
  // More than one statement takes: the rest of a log waits, though there are connections.
  const other = Array.from({ length: 200 }, (_, i) => write(node, order, 4, i));
  await expect.poll(() => waitingInserts(admin), soon).toBe(2);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(await waitingInserts(admin)).toBe(2);
  await held.release();
  await Promise.all([first, ...rest, ...other]);

  for (const logId of [2, 4]) {
    const ofLog = order.filter((done) => done.startsWith(`${logId}:`));
    expect(ofLog).toEqual(Array.from({ length: 200 }, (_, i) => `${logId}:${i}`));
  }
  expect(node.commits()).toBeLessThanOrEqual(5);
});

test("[SD3] of an old epoch nothing is written and nothing deleted; in a new one all goes on", async () => {
  await using setting = await openSetting();
  const { node, admin } = setting;
  const lease = leaseOf(1);
  node.owner.lease = lease;
  await written(node.backlog, "orders", block(2, 0, 1), block(1, 0, 1));
  await admin`update nodes set epoch = 2`;

  const order: string[] = [];
  const late = [write(node, order, 2, 1), write(node, order, 1, 1)];
  await expect.poll(() => lease.fencedEpochs, soon).toContain(1);
  const [row] = await node.link.use("background", (sql) =>
    deleteBlocks(
      sql,
      { nodeId: node.nodeId, epoch: 1 },
      [{ logId: 2, fromSeq: 0, belowSeq: 2 ** 32 }],
      100,
    ).then(() => sql<{ count: number }[]>`select count(*)::int as count from blocks`),
  );
  expect(row!.count).toBe(2);
  expect(order).toEqual([]);
  const tried = node.commits();
  node.store.resume();
  expect(node.commits()).toBe(tried);

  lease.epoch = 2;
  node.store.resume();
  await Promise.all(late);
  node.backlog.forget(2, 2 ** 32);

  await expect.poll(async () => (await readAll(node.backlog, { logId: 2 })).length, soon).toBe(0);
});

test("[SD4] whoever may not commit now keeps what is durable waiting, and nothing else", async () => {
  await using setting = await openSetting();
  const { node } = setting;
  const order: string[] = [];
  node.owner.lease = leaseOf(1, false);

  const durable = write(node, order, 2, 0);
  await write(node, order, 1, 0);
  expect(order).toEqual(["1:0"]);
  node.owner.lease = leaseOf(1);
  node.store.resume();
  await durable;

  expect(order).toEqual(["1:0", "2:0"]);
});

test("[SD5] a log that another node has taken is written to no more, and its neighbours are", async () => {
  await using setting = await openSetting();
  const { node, admin } = setting;
  const order: string[] = [];
  await Promise.all([2, 4, 6].map((logId) => write(node, order, logId, 0)));
  await admin`update logs set node_id = gen_random_uuid() where log_id = 2`;
  await admin`update logs set sealed_at = now() where log_id = 4`;

  const all = [2, 4, 6].map((logId) => write(node, order, logId, 1));
  await Promise.all(all);

  expect(node.lost.toSorted()).toEqual([2, 4]);
  for (const [logId, count] of [
    [2, 1],
    [4, 1],
    [6, 2],
  ] as const) {
    expect(await readAll(node.backlog, { logId })).toHaveLength(count);
  }
  node.backlog.forget(2, 2 ** 32);
  node.backlog.forget(6, 2 ** 32);
  // Also one that does not know yet that the log is another's.
  await node.link.run("read", 1_000, (sql) =>
    deleteBlocks(sql, { nodeId: node.nodeId, epoch: 1 }, [{ logId: 2, fromSeq: 0, belowSeq: 2 ** 32 }], 100),
  );
  await expect.poll(async () => (await readAll(node.backlog, { logId: 6 })).length, soon).toBe(0);
  expect(await readAll(node.backlog, { logId: 2 })).toHaveLength(1);
});

test("[SD6] a block that Postgres refuses holds up its own log only", async () => {
  await using setting = await openSetting();
  const { node, admin } = setting;
  const order: string[] = [];
  await admin`alter table blocks add constraint bad check (log_id <> 4 or first_seq <> 1)`;

  const bad = [write(node, order, 4, 0), write(node, order, 4, 1), write(node, order, 4, 2)];
  await Promise.all([2, 6, 8].map((logId) => write(node, order, logId, 0)));
  await bad[0];
  await Promise.all([2, 6, 8].map((logId) => write(node, order, logId, 1)));
  expect(order.filter((done) => done.startsWith("4:"))).toEqual(["4:0"]);
  await admin`alter table blocks drop constraint bad`;
  await Promise.all(bad);

  expect(order.filter((done) => done.startsWith("4:"))).toEqual(["4:0", "4:1", "4:2"]);
});

test("[SD7] a block whose outcome is not known is sent again, and there once", async () => {
  await using setting = await openSetting();
  const { node, admin } = setting;
  const order: string[] = [];
  const held = await setting.holdWrites();
  const all = [write(node, order, 2, 0), write(node, order, 2, 1)];
  await expect.poll(() => waitingInserts(admin), soon).toBe(1);

  // It may yet commit while another like it is sent; its answer is lost.
  const [row] = await admin<{ pid: number }[]>`select pid from pg_stat_activity
    where wait_event_type = 'Lock' and query like '%insert into blocks%' and application_name like 'weir node%'`;
  await admin`select pg_terminate_backend(${row!.pid})`;
  await expect.poll(() => waitingInserts(admin), soon).toBe(1);
  await held.release();
  await Promise.all(all);

  expect(order).toEqual(["2:0", "2:1"]);
  expect((await readAll(node.backlog, { logId: 2 })).map((one) => one.firstSeq)).toEqual([0, 1]);
});

test("[SD7] a statement that was given up for late may write all the same: its blocks are confirmed when they are there", async () => {
  await using setting = await openSetting();
  const { node, admin } = setting;
  const order: string[] = [];
  const held = await setting.holdWrites();
  const all = [write(node, order, 2, 0), write(node, order, 2, 1)];
  await expect.poll(() => waitingInserts(admin), soon).toBe(1);

  // The first waits still when the second is sent.
  await expect.poll(() => waitingInserts(admin), { timeout: 10_000 }).toBe(2);
  expect(order).toEqual([]);
  await held.release();
  await Promise.all(all);

  expect(order).toEqual(["2:0", "2:1"]);
  expect((await readAll(node.backlog, { logId: 2 })).map((one) => one.firstSeq)).toEqual([0, 1]);
});

test("[SD10] what is out when its log is given up is not sent again, whatever became of it", async () => {
  await using setting = await openSetting();
  const { node, admin } = setting;
  const order: string[] = [];
  const held = await setting.holdWrites();
  void write(node, order, 2, 0);
  await expect.poll(() => waitingInserts(admin), soon).toBe(1);

  // Another node has taken the log, and ended it; this one has a new epoch.
  node.store.giveUp([2]);
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where query like '%insert into blocks%' and pid <> pg_backend_pid()`;
  await expect.poll(() => waitingInserts(admin), soon).toBe(0);
  await held.release();
  await write(node, order, 4, 0);

  expect(await admin`select log_id::int as log from logs`).toEqual([{ log: 4 }]);
  await node.store.drained();
  expect(order).toContain("2:0");
});
