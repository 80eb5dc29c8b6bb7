import { describe, expect, test } from "vitest";
import { type Client, connect, subscribe } from "../testing/client.ts";
import { int32, mpub, pub, withBody } from "../testing/commands.ts";
import { eventually } from "../testing/eventually.ts";
import { storeAway } from "../testing/running-broker.ts";
import { TcpServer } from "../testing/tcp-server.ts";

/** An id as ours are; none is in flight. */
const idOf = (number: number) => `ffffffff${number.toString(16).padStart(8, "0")}`;

describe("a client that does not read", () => {
  test("[SE4] is read no further than its replies allow, and gets all of them in order when it reads", async () => {
    await using server = new TcpServer();
    await using client = await subscribe(await server.listen(), "t", "c");
    const count = 400_000;
    client.stall();
    client.send(Array.from({ length: count }, (_, i) => `FIN ${idOf(i)}\n`).join(""));
    await eventually(() => expect(server.held.size).toBe(1), { withinMs: 15_000 });

    const { output } = server.session;
    expect(output.owedBytes).toBeGreaterThan(100_000);
    expect(output.owedBytes).toBeLessThan(300_000);
    client.resume();

    for (let i = 0; i < count; i++) {
      const frame = await client.nextFrame();
      const text = `E_FIN_FAILED FIN ${idOf(i)} failed ID not in flight`;
      if (frame.type !== "error" || frame.text !== text) expect(frame).toEqual({ type: "error", text });
    }
    await client.expectAlive();
  });

  test("[SE4] is handed no more messages than a bound, and the rest when it reads", async () => {
    await using server = new TcpServer();
    const port = await server.listen();
    await using reader = await subscribe(port, "t", "c", { rdy: 2_500 });
    reader.stall();
    await using producer = await connect(port);
    for (let i = 0; i < 25; i++) producer.mpub("t", new Array(100).fill("x".repeat(10_000)));
    await producer.expectOk(25);
    const channel = server.broker.topics.get("t")!.channels.get("c")!;
    await eventually(() => expect(channel.subscriptions[0]!.blocked).toBe(true));
    const session = [...server.listener.sessions].find(({ subscription }) => subscription !== null)!;
    expect(session.output.owedBytes).toBeLessThan(3 * 2 ** 20);

    reader.resume();

    expect(await reader.messages(2_500)).toHaveLength(2_500);
  });

  test("[SE8] is dropped after two heartbeats", async () => {
    await using server = new TcpServer();
    const port = await server.listen();
    await using reader = await subscribe(port, "t", "c", {
      rdy: 2_500,
      settings: { heartbeat_interval: 1_000 },
    });
    reader.stall();
    await using producer = await connect(port);
    for (let i = 0; i < 25; i++) producer.mpub("t", new Array(100).fill("x".repeat(10_000)));
    await producer.expectOk(25);
    const answering = setInterval(() => reader.send("NOP\n"), 100);
    try {
      await eventually(() => expect(server.logged).toEqual([expect.stringMatching("does not read, closed")]));
    } finally {
      clearInterval(answering);
    }
    await eventually(() => expect(server.listener.sessions.size).toBe(1));
  });
});

describe("a client that sends a command in crumbs", () => {
  /** Sends `bytes` one by one until they are no longer read. @returns what was not sent */
  async function crumble(server: TcpServer, client: Client, bytes: Buffer): Promise<Buffer> {
    let sent = 0;
    while (server.rests.size === 0 && sent < bytes.length) {
      client.send(bytes.subarray(sent, ++sent));
      await new Promise(setImmediate);
    }
    return bytes.subarray(sent);
  }

  test("[SE12] is read seldom, and has its command carried out when that is whole", async () => {
    await using server = new TcpServer();
    await using client = await connect(await server.listen());

    const rest = await crumble(server, client, Buffer.concat([pub("t", "x".repeat(300)), pub("t", "y")]));
    expect(rest.length).toBeGreaterThan(200);
    client.send(rest);

    await client.expectNothing({ forMs: 50 });
    server.move(1_000);
    await client.expectOk(2);
    expect(server.rests.size).toBe(0);
    client.pub("t", "at once again");
    await client.expectOk();
  });

  test("[SE12] has the deadline of one that is silent", async () => {
    await using server = new TcpServer();
    await using client = await connect(await server.listen());
    client.identify({ heartbeat_interval: 1_000 });
    await client.expectOk();

    await crumble(server, client, pub("t", "x".repeat(10_000)));
    const crumbs = setInterval(() => client.send("x"), 20);
    try {
      await eventually(() => expect(server.logged).toEqual([expect.stringMatching("silent, closed")]));
    } finally {
      clearInterval(crumbs);
    }
  });
});

describe("a producer while memory is short", () => {
  async function short() {
    const server = new TcpServer({ memBytes: 4 * 2 ** 20, backlog: storeAway });
    const port = await server.listen();
    const producer = await connect(port);
    producer.identify({ heartbeat_interval: 1_000 });
    await producer.expectOk();
    let sent = 0;
    while (server.held.size === 0) {
      producer.pub("t", "x".repeat(50_000));
      await producer.expectOk();
      if (++sent > 100) throw new Error("not held");
    }
    return { server, producer };
  }

  test("[SE5] waits, and is answered when there is room", async () => {
    const { server, producer } = await short();
    await using _ = server;
    producer.pub("t", "more");
    await producer.expectNothing({ forMs: 100 });

    server.broker.topics.get("t")!.empty();

    await producer.expectOk();
    expect(server.held.size).toBe(0);
  });

  test("[SE5] has no deadline meanwhile, though it cannot be heard", async () => {
    const { server, producer } = await short();
    await using _ = server;

    for (let beats = 0; beats < 3; beats++) await producer.expectResponse("_heartbeat_");

    server.broker.topics.get("t")!.empty();
    await producer.expectAlive();
  });

  test("[SE5] is read again after 5 s, and then has a deadline again", async () => {
    const { server, producer } = await short();
    await using _ = server;
    server.move(5_000);
    await eventually(() => expect(server.held.size).toBe(0));
    producer.pub("t", "there is room for this one");

    const closed = async () => (await producer.nextFrame().catch(() => null)) === null;
    while (!(await closed())); // heartbeats, and the OK
    expect(producer.closed).toBe(true);
    expect(server.logged).toEqual([expect.stringMatching("silent, closed")]);
  });

  test("[SE5] is refused when there is no room at all", async () => {
    await using server = new TcpServer({ memBytes: 4 * 2 ** 20, backlog: storeAway });
    await using producer = await connect(await server.listen());
    for (let i = 0; i < 100; i++) producer.pub("t", "x".repeat(100_000));
    await eventually(() => expect(server.held.size).toBe(1));
    server.move(5_000);

    let frame = await producer.nextFrame();
    while (frame.type === "response") frame = await producer.nextFrame();

    expect(frame).toEqual({
      type: "error",
      text: "E_PUB_FAILED PUB failed memory is full and the store does not keep up",
    });
    await producer.expectClose();
  });
});

describe("a turn", () => {
  test.each([
    ["NOPs", Buffer.from("NOP\n".repeat(100_000)), 0],
    ["failing FINs", Buffer.from(`FIN ${idOf(1)}\n`.repeat(20_000)), 20_000],
    ["REQs", Buffer.from(`REQ ${idOf(1)} 0\n`.repeat(20_000)), 20_000],
    ["deferred publishes", Buffer.concat(new Array(10_000).fill(withBody("DPUB d 100000", "x"))), 10_000],
    ["many small MPUBs", Buffer.concat(new Array(20).fill(mpub("m", new Array(5_000).fill("x")))), 20],
  ])("[SE6] is not taken by %s of one client", async (_, flood, replies) => {
    await using server = new TcpServer();
    await using client = await subscribe(await server.listen(), "t", "c");
    const { session } = server;
    client.send(flood);

    let turnsBetween = 0;
    const answered = (async () => {
      for (let i = 0; i < replies; i++) await client.nextFrame();
      await client.expectAlive();
    })();
    let isOver = false;
    void answered.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      if (session.suspended) turnsBetween++;
      await new Promise(setImmediate);
    }
    await answered;

    expect(turnsBetween).toBeGreaterThan(5);
  });

  test("[SE1] MPUBs that take several keep their place among other commands", async () => {
    await using server = new TcpServer();
    await using client = await connect(await server.listen());
    const many = mpub("t", new Array(20_000).fill("x"));

    client.send(pub("t", "a"), many, pub("t", "b"), many, "NOP\n", withBody("PUB a!b", "x"), pub("t", "c"));

    await client.expectOk(4);
    await client.expectFatal('E_BAD_TOPIC PUB topic name "a!b" is not valid');
    expect(server.broker.topics.get("t")!.depth).toBe(40_002);
  });

  test("[SE1] an MPUB that takes several is what it was when it came, whatever comes meanwhile", async () => {
    await using server = new TcpServer();
    const port = await server.listen();
    await using consumer = await subscribe(port, "t", "c", { rdy: 2_500 });
    await using client = await connect(port);
    await using other = await connect(port);
    const count = 20_000;
    client.send(
      mpub(
        "t",
        Array.from({ length: count }, (_, i) => String(i).padStart(8, "0")),
      ),
    );
    const all = [...server.listener.sessions];
    while (!all.some(({ suspended }) => suspended)) await new Promise(setImmediate);
    other.send(mpub("other", new Array(40).fill(Buffer.alloc(10_000, "!"))));

    for (let i = 0; i < count; i++) {
      const { id, body } = await consumer.nextMessage();
      if (body.toString() !== String(i).padStart(8, "0")) expect(body.toString()).toBe(i);
      consumer.fin(id);
    }
    await client.expectOk();
    await other.expectOk();
  });

  test("[SE7] an MPUB whose topic is deleted meanwhile fails, and what was sent behind it is dropped", async () => {
    await using server = new TcpServer();
    await using client = await connect(await server.listen());
    client.send(
      mpub("t", new Array(200_000).fill("x")),
      pub("t", "x".repeat(1_000_000)),
      Buffer.alloc(3_000_000),
    );
    // It is read over several turns, and then carried out over more.
    while (!server.broker.topics.has("t")) await new Promise(setImmediate);

    server.broker.deleteTopic("t");

    await client.expectFatal("E_MPUB_FAILED MPUB failed exiting");
    // The client has ended its side: that is seen behind what is dropped, before it would be cut off.
    await eventually(() => expect(server.listener.sessions.size).toBe(0), { withinMs: 900 });
  });

  test("[SE7] a client that goes in the middle of an MPUB takes nothing with it", async () => {
    await using server = new TcpServer();
    await using client = await connect(await server.listen());
    client.send(mpub("t", new Array(200_000).fill("x")));
    // It is read over several turns, and then carried out over more.
    while (!server.broker.topics.has("t")) await new Promise(setImmediate);

    client.destroy();

    await eventually(() => expect(server.listener.sessions.size).toBe(0));
    await eventually(() => expect(server.broker.topics.get("t")!.depth).toBe(200_000));
  });
});

describe("an end", () => {
  test("[SE7] that the client brings about by a line too long comes after the OKs it is owed", async () => {
    await using server = new TcpServer();
    await using client = await connect(await server.listen());

    client.send(pub("t", "a"), pub("t", "b"), "x".repeat(17_000));

    await client.expectOk(2);
    await client.expectClose();
    await eventually(() => expect(server.listener.sessions.size).toBe(0));
  });

  test("[SE7] is reached by all that was answered when the client ends its side", async () => {
    await using server = new TcpServer();
    await using client = await connect(await server.listen());
    for (let i = 0; i < 5_000; i++) client.pub("t", "x");
    client.end();

    await client.expectOk(5_000);
    await client.expectClose();
    await eventually(() => expect(server.listener.sessions.size).toBe(0));
  });

  test("[SE7] hands nothing to the client any more, be it still connected", async () => {
    await using server = new TcpServer();
    const port = await server.listen();
    await using client = await subscribe(port, "t", "c", { rdy: 10 });
    client.send("JUNK\n");
    await client.expectError("E_INVALID invalid command JUNK");

    const topic = server.broker.topics.get("t")!;
    const body = Buffer.from("x");
    server.now();
    topic.put(body, new DataView(body.buffer, body.byteOffset, 1), 0, 1, null);
    await eventually(() => expect(topic.depth).toBe(0));

    const channel = topic.channels.get("c")!;
    expect([channel.depth, channel.inFlightCount]).toEqual([1, 0]);
  });

  test("[SE7] of an ephemeral channel comes with its last client's fault, and once", async () => {
    await using server = new TcpServer();
    await using client = await subscribe(await server.listen(), "t", "c#ephemeral", { rdy: 10 });
    const { session } = server;

    client.send("JUNK\n");
    session.hangUp();
    session.close();

    await eventually(() => expect(server.listener.sessions.size).toBe(0));
    expect(server.broker.topics.get("t")!.channels.size).toBe(0);
  });

  test("[SE7] comes for a client that stays", async () => {
    await using server = new TcpServer();
    await using client = await connect(await server.listen(), { magic: "GET " });
    await client.expectError("E_BAD_PROTOCOL");
    // The client's own half stays open: it is cut off.
    await eventually(() => expect(server.listener.sessions.size).toBe(0));
  });
});

describe("numbers in errors", () => {
  test.each([
    ["RDY 9007199254740993\n", "E_INVALID RDY count 9007199254740993 out of range 0-2500"],
    ["RDY 18446744073709551615\n", "E_INVALID RDY count -1 out of range 0-2500"],
    ["RDY 9223372036854775808\n", "E_INVALID RDY count -9223372036854775808 out of range 0-2500"],
    [
      withBody("DPUB t 18446744073709551615", "x"),
      "E_INVALID DPUB timeout 18446744073709551615 out of range 0-3600000",
    ],
    [withBody("DPUB t 3600001", "x"), "E_INVALID DPUB timeout 3600001 out of range 0-3600000"],
    [Buffer.concat([Buffer.from("AUTH\n"), int32(-1)]), "E_INVALID cannot AUTH in current state"],
  ])("[TS7] %j is refused with the number as Go prints it", async (sent, error) => {
    await using server = new TcpServer();
    await using client = await subscribe(await server.listen(), "t", "c");

    client.send(sent);

    await client.expectFatal(error);
  });

  test("[P3] an IDENTIFY that would keep others waiting is refused by its length", async () => {
    await using server = new TcpServer();
    await using client = await connect(await server.listen());

    client.send("IDENTIFY\n", int32(65_537));

    await client.expectFatal("E_BAD_BODY IDENTIFY body too big 65537 > 65536");
  });
});
