import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { consumer, identified, producer, ready, scripted } from "../testing/clients.ts";
import { frame, type Heard, messageId, type ScriptedNode } from "../testing/scripted-node.ts";
import type { ClientError } from "./index.ts";

test("[NC14] a refused answer is told, and the connection stays", async () => {
  const node = await scripted();
  const faults: ClientError[] = [];
  consumer([node], () => {}).on("fault", (error) => faults.push(error));
  await ready(node, 1);

  node.last.refuse(`E_FIN_FAILED FIN ${messageId(1)} failed ID not in flight`);

  await eventually(() => expect(faults.map(({ code }) => code)).toEqual(["E_FIN_FAILED"]));
  expect(node.connections).toHaveLength(1);
});

test("[NC14] a node that refuses and does not hang up is left", async () => {
  const node = await scripted(({ verb, from }) => {
    if (verb !== "SUB" || node.connections.length > 1) return false;
    from.socket.write(frame(1, Buffer.from("E_BAD_CHANNEL SUB channel name is not valid")));
    return true;
  });
  const faults: ClientError[] = [];
  consumer([node], () => {}).on("fault", (error) => faults.push(error));

  await ready(node, 1);

  expect(faults.map(({ code }) => code)).toEqual(["E_BAD_CHANNEL"]);
});

test("[NC14] a node that sends far more than it was asked for is left, before what it sends fills memory", async () => {
  const node = await scripted();
  const client = consumer([node], () => new Promise(() => {}), { maxInFlight: 2 });
  const errors: (ClientError | null)[] = [];
  client.on("disconnected", (_address, error) => errors.push(error));
  await ready(node, 2);

  for (let number = 0; number < 100; number++) node.last.message(messageId(number), "x");

  await eventually(() => expect(errors.map((error) => error?.code)).toEqual(["BAD_NODE"]));
  expect(client.stats().received).toBe(4);
});

test.each([
  ["no JSON", identified("what?")],
  ["an error", ({ from }: Heard) => from.refuse("E_BAD_BODY IDENTIFY failed to decode JSON body")],
  ["a frame of 2 GB", ({ from }: Heard) => from.socket.write(Buffer.alloc(8, 0x7f))],
])("[NC14] a node that answers IDENTIFY with %s is tried again", async (_, script) => {
  const node = await scripted((heard) => {
    if (heard.verb !== "IDENTIFY" || node.connections.length > 1) return false;
    script(heard);
    return true;
  });
  const faults: string[] = [];
  consumer([node], () => {}).on("fault", ({ code }) => faults.push(code));

  await ready(node, 1);

  expect(faults).toEqual([expect.stringMatching(/^(BAD_NODE|E_BAD_BODY)$/)]);
});

test("[NC14] a node that has no TLS is not spoken to in the clear", async () => {
  const node = await scripted();
  const faults: ClientError[] = [];
  consumer([node], () => {}, { tlsV1: true, authSecret: "secret" }).on("fault", (error) =>
    faults.push(error),
  );

  await eventually(() => expect(faults.map(({ message }) => message)).toContain("the node has no TLS"));
  expect(node.said("AUTH", "SUB")).toEqual([]);
});

test("[NC14] what comes in the clear between the answer and TLS is refused: it was put there by somebody else", async () => {
  const node = await scripted(({ verb, from }) => {
    if (verb !== "IDENTIFY") return false;
    from.socket.cork();
    from.respond('{"tls_v1":true}');
    from.respond("OK");
    from.socket.uncork();
    return true;
  });
  const faults: ClientError[] = [];
  consumer([node], () => {}, { tlsV1: true }).on("fault", (error) => faults.push(error));

  await eventually(() => expect(faults[0]?.message).toMatch(/in the clear/));
});

test("[NC12] AUTH is sent when the node asks for it, and without a secret nothing else is", async () => {
  const node = await scripted(identified({ auth_required: true }));
  const faults: string[] = [];
  consumer([node], () => {}).on("fault", ({ code }) => faults.push(code));
  await eventually(() => expect(faults[0]).toBe("E_AUTH_FIRST"));
  expect(node.said("AUTH", "SUB")).toEqual([]);

  consumer([node], () => {}, { authSecret: "s3cret" });

  await eventually(() => expect(node.said("AUTH", "SUB")).toEqual(["AUTH s3cret", "SUB t c"]));
});

test.each([
  ["an answer to nothing", (node: ScriptedNode) => node.last.respond("OK")],
  ["a message", (node: ScriptedNode) => node.last.message("0000000000000001", "x")],
  [
    "a frame of no known type",
    (node: ScriptedNode) => node.last.socket.write(Buffer.from("0000000500000009ff", "hex")),
  ],
])("[NC14] a node that sends a producer %s is left, and tried again", async (_, misbehave) => {
  const node = await scripted();
  const client = producer(node);
  const errors: (ClientError | null)[] = [];
  client.on("disconnected", (_address, error) => errors.push(error));
  await client.publish("t", "x");

  misbehave(node);

  await eventually(() => expect(errors.map((error) => error?.code)).toEqual(["BAD_NODE"]));
  await client.publish("t", "again");
  expect(node.connections).toHaveLength(2);
});

test("[NC14] a node that says nothing is left when its time is over", async () => {
  const node = await scripted();
  const client = producer(node, { heartbeatIntervalMs: 1_000, readTimeoutMs: 1_000 });
  const errors: (ClientError | null)[] = [];
  client.on("disconnected", (_address, error) => errors.push(error));

  await eventually(() => expect(errors[0]?.code).toBe("TIMED_OUT"));
});

test("[NC14] heartbeats are answered", async () => {
  const node = await scripted();
  const client = producer(node);
  await client.publish("t", "x");

  node.last.respond("_heartbeat_");

  await eventually(() => expect(node.said("NOP")).toHaveLength(1));
});

test("[NC14] a flood of heartbeats is not answered by a flood", async () => {
  const node = await scripted();
  const client = producer(node);
  await client.publish("t", "x");
  const beats = Buffer.concat(Array.from({ length: 100_000 }, () => frame(0, Buffer.from("_heartbeat_"))));

  node.last.socket.write(beats);
  node.last.socket.write(beats);

  await client.publish("t", "behind");
  await eventually(() => expect(node.said("NOP").length).toBeGreaterThan(0));
  expect(node.said("NOP").length).toBeLessThan(100);
});

test("[NC14] a node is not silent because our own process was busy", async () => {
  const node = await scripted();
  const client = producer(node, {
    heartbeatIntervalMs: 1_000,
    readTimeoutMs: 1_000,
    publishTimeoutMs: 1_000,
  });
  const errors: unknown[] = [];
  client.on("disconnected", (_address, error) => errors.push(error));
  const beats = setInterval(() => node.last?.respond("_heartbeat_"), 100);
  onTestFinished(() => clearInterval(beats));
  await client.publish("t", "x");

  // What the node said before waits to be read all the while.
  node.last.respond("_heartbeat_");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);

  await client.publish("t", "still here");
  expect(errors).toEqual([]);
});
