import { expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import {
  adoptedWithinMs,
  bodiesOf,
  clusterOf,
  consume,
  consumerOf,
  held,
  joined,
  makeChannels,
  numbers,
  publish,
  query,
  secret,
  sorted,
  ttlMs,
} from "../testing/lease-cluster.ts";
import { freshDatabase, ownPostgres } from "../testing/postgres.ts";

test("[LE4][LE8] what a killed node held another delivers within TTL + 5 s, on every channel, and nothing that was finished", async () => {
  await using database = await freshDatabase();
  await using one = await joined(database);
  await using two = await joined(database);
  await makeChannels(one, "orders", ["billing", "shipping"]);
  await publish(one, "orders", numbers(1_000));
  await using first = await subscribe(one.tcpPort, "orders", "billing", { rdy: 100 });
  const finished = bodiesOf(await consume(first, 400));
  first.rdy(0);
  for (let held = 1; held > 0; ) {
    held = (await one.channel("orders", "billing")).in_flight_count;
    finished.push(...bodiesOf(await consume(first, held)));
  }
  // So far behind is what has been written down of it.
  await new Promise((resolve) => setTimeout(resolve, 100));

  await one.kill();
  const killedMs = performance.now();
  await using billing = await consumerOf(two, "orders", "billing");
  await using shipping = await consumerOf(two, "orders", "shipping");
  const [message] = await shipping.messages(1, { withinMs: adoptedWithinMs });
  expect(performance.now() - killedMs).toBeLessThan(adoptedWithinMs);
  shipping.fin(message!.id);

  const left = bodiesOf(await consume(billing, 1_000 - finished.length));
  const shipped = [message!.body.toString(), ...bodiesOf(await consume(shipping, 999))];
  expect(sorted(shipped)).toEqual(numbers(1_000));
  expect(left.filter((body) => finished.includes(body))).toEqual([]);
  expect(sorted([...finished, ...left])).toEqual(numbers(1_000));
  await eventually(async () => {
    const { epoch, lease, others, adoptions } = await clusterOf(two);
    expect({ epoch, lease }).toEqual({ epoch: expect.any(Number), lease: "held" });
    expect(others).toMatchObject([
      { nodeId: adoptions[0]!.nodeId, epoch: adoptions[0]!.epoch, holds: false },
    ]);
  });
  expect((await clusterOf(two)).adoptions).toMatchObject([{ state: "done", logs: 1, messages: 1_000 }]);
  const rows = await query(
    database,
    (sql) => sql`select logs, waited_ms >= ${ttlMs} as waited, took_ms < 5000 as soon from adoptions`,
  );
  expect(rows).toEqual([{ logs: 1, waited: true, soon: true }]);
});

test("[LE4] of two that could take over one does, and a node that is back within its TTL keeps what it has", async () => {
  // Time to start again, on a machine that is busy too.
  const patient = { "lease-ttl": "6s" };
  await using database = await freshDatabase();
  await using one = await joined(database, patient);
  await using two = await joined(database, patient);
  await using three = await joined(database, patient);
  await makeChannels(one, "orders", ["billing"]);
  await publish(one, "orders", numbers(200));
  await one.kill();
  await one.start();
  await held(one);
  const { epoch } = await clusterOf(one);
  await eventually(async () => expect((await one.channel("orders", "billing")).depth).toBe(200), {
    withinMs: 10_000,
  });
  await publish(one, "orders", numbers(200, 200));

  await one.kill();
  const adopter = await eventually(
    async () => {
      const taken = [];
      for (const node of [two, three]) if (await node.hasTopic("orders")) taken.push(node);
      expect(taken).toHaveLength(1);
      return taken[0]!;
    },
    { withinMs: 12_000 },
  );
  await using client = await consumerOf(adopter, "orders", "billing");
  expect(sorted(bodiesOf(await consume(client, 400)))).toEqual(numbers(400));
  const rows = await query(database, (sql) => sql<{ epoch: number }[]>`select epoch from adoptions`);
  expect(rows.map((row) => row.epoch)).toEqual([epoch! + 1]);
});

test("[LE9] a topic that was deleted for the cluster since its node died does not come back with what is taken over", async () => {
  await using database = await freshDatabase();
  await using one = await joined(database);
  await using two = await joined(database);
  const say = async (act: string) => {
    const headers = { authorization: `Bearer ${secret}` };
    const reply = await fetch(`${two.httpUrl}/v1/cluster/${act}`, { method: "POST", headers });
    expect([reply.status, await reply.text()]).toEqual([200, expect.any(String)]);
  };
  await say("channel/create?topic=orders&channel=billing");
  await eventually(async () => expect(await one.hasTopic("orders")).toBe(true));
  await makeChannels(one, "orders-kept", ["billing"]);
  await publish(one, "orders", numbers(100));
  await one.act("/pub?topic=orders&defer=60000", "later");
  await publish(one, "orders-kept", numbers(50));

  await one.kill();
  await say("topic/delete?topic=orders");
  await eventually(async () => expect((await clusterOf(two)).adoptions).toMatchObject([{ state: "done" }]), {
    withinMs: adoptedWithinMs,
  });

  expect((await two.channel("orders-kept", "billing")).depth).toBe(50);
  expect(await two.hasTopic("orders")).toBe(false);
  const left = () =>
    query(
      database,
      (sql) => sql`select (select count(*)::int from logs where topic = 'orders') as logs,
        (select count(*)::int from scheduled) as scheduled`,
    );
  await eventually(async () => expect(await left()).toEqual([{ logs: 0, scheduled: 0 }]), {
    withinMs: 10_000,
  });
  expect(await two.hasTopic("orders")).toBe(false);
});

test("[LE5][LE7] a node that wakes hands out nothing of what was taken, and goes on with what only it has", async () => {
  await using database = await freshDatabase();
  await using one = await joined(database);
  await using two = await joined(database);
  await makeChannels(one, "orders", ["billing"]);
  await makeChannels(one, "mail", ["smtp"]);
  await publish(one, "orders", numbers(300));
  await publish(one, "mail", numbers(50));
  const { epoch } = await clusterOf(one);
  await using sleeper = await subscribe(one.tcpPort, "orders", "billing", { rdy: 10 });
  const taken = await sleeper.messages(10);
  await using producer = await connect(one.tcpPort);

  process.kill(one.pid, "SIGSTOP");
  await using client = await consumerOf(two, "orders", "billing");
  const delivered = await consume(client, 300);
  // All of this is read in the first turn after it wakes, before any timer of its own.
  for (const { id } of taken) sleeper.fin(id);
  sleeper.rdy(500);
  producer.pub("orders", "while it slept");
  process.kill(one.pid, "SIGCONT");

  expect(sorted(bodiesOf(delivered))).toEqual(numbers(300));
  await eventually(async () => expect((await clusterOf(one)).epoch).toBeGreaterThan(epoch! + 1), {
    withinMs: 10_000,
  });
  const answer = await producer.nextFrame({ withinMs: 10_000 });
  await publish(one, "orders", ["after"]);
  const later: string[] = [];
  while (!later.includes("after")) later.push(...bodiesOf(await consume(sleeper, 1)));
  // Taken, or refused and perhaps delivered all the same: nothing else.
  if (answer.type === "response") expect(later).toEqual(["while it slept", "after"]);
  else expect(later.filter((body) => body !== "while it slept")).toEqual(["after"]);
  await using mail = await consumerOf(one, "mail", "smtp");
  expect(sorted(bodiesOf(await consume(mail, 50)))).toEqual(numbers(50));
  for (const node of [one, two])
    await eventually(async () => expect((await node.channel("orders", "billing")).depth).toBe(0));
});

test("[LE6] an outage of Postgres longer than the TTL moves nothing, and what was waiting goes on", async () => {
  await using server = await ownPostgres();
  await using one = await joined(server);
  await using two = await joined(server);
  for (const node of [one, two]) await makeChannels(node, "orders", ["billing"]);
  await publish(one, "orders", numbers(100));
  await publish(two, "orders", numbers(100, 100));
  const epochs = [(await clusterOf(one)).epoch, (await clusterOf(two)).epoch];
  await using client = await subscribe(one.tcpPort, "orders", "billing");

  await server.stop();
  const isOver = async () => {
    const { lease, renewedAgoMs } = await clusterOf(one);
    expect([lease, renewedAgoMs! > ttlMs]).toEqual(["overdue", true]);
  };
  await eventually(isOver, { withinMs: 3 * ttlMs });
  client.rdy(500);
  await client.expectNothing({ forMs: 2 * ttlMs });
  await server.start();

  expect(sorted(bodiesOf(await consume(client, 100)))).toEqual(numbers(100));
  await held(two);
  // Longer than anybody would have to be silent to be taken for dead.
  await client.expectNothing({ forMs: 2 * ttlMs });
  expect([(await clusterOf(one)).epoch, (await clusterOf(two)).epoch]).toEqual(epochs);
  expect(await query(server, (sql) => sql`select * from adoptions`)).toEqual([]);
  await using other = await consumerOf(two, "orders", "billing");
  expect(sorted(bodiesOf(await consume(other, 100)))).toEqual(numbers(100, 100));
});

test("[LE4] a node that is killed while it takes over is taken over from, and nothing is left behind", async () => {
  await using database = await freshDatabase();
  await using one = await joined(database);
  await makeChannels(one, "orders", ["billing"]);
  await publish(one, "orders", numbers(500));
  await using two = await joined(database);
  await one.kill();
  // Its logs are its own from here on, and may not be in its memory yet.
  await eventually(() => expect(two.stderr).toMatch(/CLUSTER: took 1 durable logs/), {
    withinMs: adoptedWithinMs,
  });
  await two.kill();

  await using three = await joined(database);
  await using client = await consumerOf(three, "orders", "billing");
  expect(sorted(bodiesOf(await consume(client, 500)))).toEqual(numbers(500));
  const rows = await query(
    database,
    (sql) => sql<{ logs: number }[]>`select logs from adoptions order by at`,
  );
  expect(rows).toEqual([{ logs: 1 }, { logs: 1 }]);
});
