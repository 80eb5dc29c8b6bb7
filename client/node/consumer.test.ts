import { expect, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { consumer, identified, ready, scripted } from "../testing/clients.ts";
import { messageId } from "../testing/scripted-node.ts";
import type { Message } from "./index.ts";

test("[NC8] a handler gets what there is of a message, and its end finishes it", async () => {
  const node = await scripted();
  const seen: unknown[] = [];
  consumer([node], async ({ id, body, attempts, timestampNs, nsqdAddress }) => {
    seen.push({ id, body: body.toString(), attempts, timestampNs, nsqdAddress });
  });
  await ready(node, 1);

  node.last.message(messageId(7), "hello", 3);

  await eventually(() => expect(node.said("FIN")).toEqual([`FIN ${messageId(7)}`]));
  const timestampNs = 1_700_000_000_000_000_000n;
  expect(seen).toEqual([
    { id: messageId(7), body: "hello", attempts: 3, timestampNs, nsqdAddress: node.address },
  ]);
});

test("[NC8] a message whose handler throws is requeued, the later the more often it came, and nothing comes meanwhile", async () => {
  const node = await scripted();
  const failures: unknown[] = [];
  const client = consumer(
    [node],
    () => {
      throw new Error("no");
    },
    { defaultRequeueDelayMs: 1_000, maxRequeueDelayMs: 2_500 },
  );
  client.on("failed", (error, { attempts }) => failures.push([(error as Error).message, attempts]));
  await ready(node, 1);

  node.last.message(messageId(1), "x", 2);

  await ready(node, 0);
  expect(node.said("REQ")).toEqual([`REQ ${messageId(1)} 2000`]);
  expect(failures).toEqual([["no", 2]]);
});

test("[NC8] answers by hand are said once, and the end of the handler adds none", async () => {
  const node = await scripted();
  const answers: boolean[] = [];
  consumer(
    [node],
    async (message) => {
      const { body } = message;
      if (body.toString() === "finish") answers.push(message.finish(), message.finish(), message.requeue(0));
      else if (body.toString() === "requeue")
        answers.push(message.requeue(10, { backoff: false }), message.touch());
      else answers.push(message.touch(), message.finish());
    },
    { maxInFlight: 3 },
  );
  await ready(node, 3);

  for (const [index, body] of ["finish", "requeue", "touch"].entries())
    node.last.message(messageId(index), body);

  await eventually(() => expect(answers).toEqual([true, false, false, true, false, true, true]));
  await eventually(() => expect(node.said("FIN", "REQ", "TOUCH")).toHaveLength(4));
  expect(node.said("FIN", "REQ", "TOUCH")).toEqual([
    `FIN ${messageId(0)}`,
    `REQ ${messageId(1)} 10`,
    `TOUCH ${messageId(2)}`,
    `FIN ${messageId(2)}`,
  ]);
  expect(node.said("RDY")).toEqual(["RDY 3"]);
});

test("[NC8] with the answer left to somebody else, messages are held until it comes", async () => {
  const node = await scripted();
  const batch: Message[] = [];
  const client = consumer(
    [node],
    (message) => {
      message.disableAutoResponse();
      batch.push(message);
    },
    { maxInFlight: 2 },
  );
  await ready(node, 2);
  expect(client.isStarved).toBe(false);

  for (const number of [1, 2]) node.last.message(messageId(number), "x");
  await eventually(() => expect(batch).toHaveLength(2));
  expect([client.isStarved, client.stats().inFlight, node.said("FIN").length]).toEqual([true, 2, 0]);
  for (const message of batch) message.finish();

  await eventually(() => expect(node.said("FIN")).toHaveLength(2));
  expect(client.stats()).toEqual({ connections: 1, received: 2, finished: 2, requeued: 0, inFlight: 0 });
});

test("[NC9] a message that came too often is finished without its handler", async () => {
  const node = await scripted();
  const handled: string[] = [];
  const discarded: string[] = [];
  const client = consumer([node], ({ id }) => handled.push(id), { maxAttempts: 2 });
  client.on("discarded", ({ id }) => discarded.push(id));
  await ready(node, 1);

  node.last.message(messageId(1), "x", 3);
  node.last.message(messageId(2), "x", 2);

  await eventually(() => expect(node.said("FIN")).toHaveLength(2));
  expect([discarded, handled]).toEqual([[messageId(1)], [messageId(2)]]);
});

test("[NC10] a message that is not answered in time is the node's again: answers to it go nowhere", async () => {
  const node = await scripted(identified({ msg_timeout: 50, max_msg_timeout: 900_000 }));
  const held: Message[] = [];
  let done = () => {};
  const client = consumer([node], (message) => {
    held.push(message);
    return new Promise<void>((resolve) => {
      done = resolve;
    });
  });
  await ready(node, 1);
  node.last.message(messageId(1), "x");

  await eventually(() => expect(client.stats()).toMatchObject({ received: 1, inFlight: 0 }));

  expect([held[0]!.finish(), held[0]!.requeue(), held[0]!.touch()]).toEqual([false, false, false]);
  // Its handler is still at it: another would be one too many.
  await ready(node, 0);
  done();
  await ready(node, 1);
  expect(node.said("FIN", "REQ", "TOUCH")).toEqual([]);
});

test("[NC10] autoTouch keeps a message for as long as its handler takes", async () => {
  const node = await scripted(identified({ msg_timeout: 1_000, max_msg_timeout: 900_000 }));
  let done = () => {};
  consumer([node], () => new Promise<void>((resolve) => (done = resolve)), { autoTouch: true });
  await ready(node, 1);
  node.last.message(messageId(1), "x");

  await eventually(() => expect(node.said("TOUCH").length).toBeGreaterThanOrEqual(2));
  done();

  await eventually(() => expect(node.said("FIN")).toHaveLength(1));
});

test("[NC8] what waited for its handler when the connection was lost has no handler any more, for it comes again", async () => {
  const node = await scripted();
  const handled: string[] = [];
  const done: (() => void)[] = [];
  const client = consumer(
    [node],
    async ({ body }) => {
      handled.push(body.toString());
      await new Promise<void>((resolve) => done.push(resolve));
    },
    { maxInFlight: 2 },
  );
  await ready(node, 2);
  client.changeMaxInFlight(1);
  node.last.message(messageId(1), "running");
  node.last.message(messageId(2), "waiting");
  await eventually(() => expect(client.stats().received).toBe(2));

  const lost = node.last;
  lost.socket.destroy();
  await eventually(() => expect(node.connections).toHaveLength(2));
  // The room its handler takes is not given away a second time.
  await eventually(() => expect(client.stats().connections).toBe(1));
  expect(node.heard.filter(({ verb, from }) => verb === "RDY" && from === node.last)).toEqual([]);
  done.shift()!();
  await ready(node, 1);
  node.last.message(messageId(2), "again");
  await eventually(() => expect(handled).toEqual(["running", "again"]));

  done.shift()!();
  await eventually(() => expect(node.said("FIN")).toEqual([`FIN ${messageId(2)}`]));
});

test("[NC11] a node that goes is tried again until it is back", async () => {
  const node = await scripted();
  const { port } = node;
  const client = consumer([node], () => {});
  const events: string[] = [];
  client.on("connected", () => events.push("connected"));
  client.on("disconnected", () => events.push("disconnected"));
  client.on("fault", ({ code }) => events.push(code));
  await ready(node, 1);

  await node.drop();
  await eventually(() =>
    expect(events.filter((event) => event === "CONNECTION_LOST").length).toBeGreaterThan(2),
  );
  await node.listen(port);

  await eventually(() => expect(events.at(-1)).toBe("connected"));
  expect(events.slice(0, 2)).toEqual(["connected", "disconnected"]);
});

test("[NC13] closing takes no more, lets handlers end, and disconnects when all is answered", async () => {
  const node = await scripted();
  let done = () => {};
  const client = consumer([node], () => new Promise<void>((resolve) => (done = resolve)), {
    closeTimeoutMs: 5_000,
  });
  await ready(node, 1);
  node.last.message(messageId(1), "x");
  await eventually(() => expect(client.stats().received).toBe(1));

  const closed = client.close();
  await eventually(() => expect(node.said("CLS")).toHaveLength(1));
  expect(node.open).toBe(1);
  done();
  await closed;

  expect(node.said("FIN", "CLS")).toEqual(["CLS", `FIN ${messageId(1)}`]);
  await eventually(() => expect(node.open).toBe(0));
});

test("[NC13] closing waits no longer than it was told to, and also before there is any connection", async () => {
  const node = await scripted();
  const stuck = consumer([node], () => new Promise(() => {}), { closeTimeoutMs: 50 });
  await ready(node, 1);
  node.last.message(messageId(1), "x");
  await eventually(() => expect(stuck.stats().received).toBe(1));

  await stuck.close();
  await consumer([node], () => {}).close();

  await eventually(() => expect(node.open).toBe(0));
});
