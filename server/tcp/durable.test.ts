import { expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { mpub, pub } from "../testing/commands.ts";
import { eventually } from "../testing/eventually.ts";
import { HeldStore } from "../testing/held-store.ts";
import { TcpServer } from "../testing/tcp-server.ts";

const timeoutMs = 5_000;

function durableServer(): { server: TcpServer; store: HeldStore } {
  const store = new HeldStore();
  const durability = { timeoutMs, isDurable: (topic: string) => topic.startsWith("invoices") };
  return { server: new TcpServer({ backlog: store, durability }), store };
}

async function written(store: HeldStore, count = 1): Promise<void> {
  await eventually(() => expect(store.waiting).toHaveLength(count));
}

test("[DU5] OK comes when the store has it, and the message, too", async () => {
  const { server, store } = durableServer();
  await using _ = server;
  const port = await server.listen();
  await using consumer = await subscribe(port, "invoices", "c", { rdy: 10 });
  await using producer = await connect(port);
  producer.pub("invoices", "1");
  await written(store);
  expect(store.waiting[0]!.durable).toBe(true);
  // The same connection to another topic would be answered behind it; another connection is not.
  await consumer.expectAlive();

  store.store();

  await producer.expectOk();
  expect((await consumer.nextMessage()).body.toString()).toBe("1");
});

test("[DU5] replies leave in the order of the commands, whatever waits for the store", async () => {
  const { server, store } = durableServer();
  await using _ = server;
  await using client = await connect(await server.listen());
  client.send(
    pub("memory", "a"),
    pub("invoices", "b"),
    pub("memory", "c"),
    mpub("invoices2", ["d", "e"]),
    "SUB memory c\n",
    "FIN 0123456789abcdef\n",
    pub("invoices", "f"),
  );
  await client.expectOk();
  await written(store, 2);

  store.store();
  await client.expectOk(4);
  await client.expectError("E_FIN_FAILED FIN 0123456789abcdef failed ID not in flight");
  await client.expectOk();
});

test("[DU5] what waits too long for the store is refused, and the connection ends", async () => {
  const { server, store } = durableServer();
  await using _ = server;
  await using client = await connect(await server.listen());
  client.send(pub("memory", "a"), pub("invoices", "b"), pub("invoices", "c"));
  await client.expectOk();
  await written(store);

  server.move(timeoutMs);

  await client.expectFatal("E_PUB_FAILED PUB failed the store did not take it in time");
});

test("[DU5] a client that ends its side has its answers first", async () => {
  const { server, store } = durableServer();
  await using _ = server;
  await using client = await connect(await server.listen());
  client.pub("invoices", "a");
  await written(store);
  client.end();
  await eventually(() => expect(server.session.closed).toBe(true));

  store.store();

  await client.expectOk();
  await client.expectClose();
});

test("[DU5] an error behind what waits for the store ends the connection after it", async () => {
  const { server, store } = durableServer();
  await using _ = server;
  await using client = await connect(await server.listen());
  client.send(pub("invoices", "a"), "NONSENSE\n");
  await written(store);

  store.store();

  await client.expectOk();
  await client.expectFatal("E_INVALID invalid command NONSENSE");
});

test("[DU5] who does not wait for answers is read no further than so many are owed", async () => {
  const { server, store } = durableServer();
  await using _ = server;
  await using client = await connect(await server.listen());
  const count = 200_000;
  client.send(Buffer.concat(new Array(count).fill(pub("invoices", "x"))));
  await eventually(() => expect(server.held.size).toBe(1));
  expect(server.session.replies.isFull).toBe(true);
  expect(server.broker.topics.get("invoices")!.depth).toBeLessThan(40_000);

  const storing = setInterval(() => store.store(), 1);
  await client.expectOk(count);
  clearInterval(storing);
});

test.each([
  ["PUB", pub("invoices", "a")],
  ["MPUB", mpub("invoices", ["a", "b"])],
])("[DU7] %s is refused at once while the database may lose what it confirms", async (verb, command) => {
  const durability = { timeoutMs, isDurable: (topic: string) => topic === "invoices" };
  await using server = new TcpServer({ durability, refusesDurable: () => true });
  await using client = await connect(await server.listen());
  client.send(pub("memory", "a"), command);

  await client.expectOk();
  await client.expectFatal(`E_${verb}_FAILED ${verb} failed the database may lose what it confirms`);
});

test("[DU5] what is refused at once, since its log is another node's, is said behind what waits before it", async () => {
  const { server, store } = durableServer();
  await using _ = server;
  await using client = await connect(await server.listen());
  client.send(pub("invoices", "a"), pub("memory", "b"), pub("invoices2", "c"), pub("memory", "d"));
  await written(store, 2);
  const given = server.broker.topics.get("invoices2")!.log!.id;

  server.broker.durable.giveUp((logId) => logId === given);
  await client.expectNothing({ forMs: 50 });
  store.store();

  await client.expectOk(2);
  await client.expectFatal("E_PUB_FAILED PUB failed the store did not take it in time");
});
