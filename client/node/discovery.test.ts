import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline, Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { startLookupd } from "../../server/testing/lookupd.ts";
import { consumer, ready, scripted } from "../testing/clients.ts";
import { messageId, type ScriptedNode } from "../testing/scripted-node.ts";
import type { ConsumerOptions } from "./index.ts";

/** An HTTP server that answers as it likes. @returns its address, and what it was asked */
async function lookup(answer: RequestListener) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    answer(request, response);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function producers(...nodes: readonly ScriptedNode[]): string {
  return JSON.stringify({
    channels: [],
    producers: nodes.map(({ port }) => ({ broadcast_address: "127.0.0.1", tcp_port: port })),
  });
}

function discovering(addresses: readonly string[], options: Partial<ConsumerOptions> = {}) {
  const faults: string[] = [];
  const seen: string[] = [];
  const client = consumer([], ({ body }) => seen.push(body.toString()), {
    lookupdHttpAddresses: addresses,
    lookupdPollIntervalMs: 20,
    maxInFlight: 10,
    ...options,
  });
  client.on("fault", ({ message }) => faults.push(message));
  return { client, faults, seen };
}

test("[NC11] nodes that an nsqlookupd names are consumed from, also those that come later", async () => {
  await using lookupd = await startLookupd();
  const nodes = [await scripted(), await scripted()];
  const fields = (node: ScriptedNode) => ({ broadcast_address: "127.0.0.1", tcp_port: node.port });
  await lookupd.node(["t"], fields(nodes[0]!));
  const { seen } = discovering([lookupd.url]);
  await ready(nodes[0]!, 10);

  await lookupd.node(["t c"], fields(nodes[1]!));
  for (const node of nodes) await ready(node, 5);
  for (const [index, node] of nodes.entries()) node.last.message(messageId(1), `from ${index}`);

  await eventually(() => expect(seen.toSorted()).toEqual(["from 0", "from 1"]));
});

test("[NC11] what several lookups say is taken together, and each node is connected to once", async () => {
  const nodes = [await scripted(), await scripted()];
  const lookups = [
    await lookup((_, response) => response.end(producers(...nodes))),
    await lookup((_, response) => response.end(producers(nodes[1]!))),
  ];

  discovering(lookups.map(({ address }) => address));

  for (const node of nodes) await ready(node, 5);
  await eventually(() => expect(lookups.every(({ asked }) => asked.length > 3)).toBe(true));
  expect(nodes.map(({ connections }) => connections.length)).toEqual([1, 1]);
  expect(lookups[0]!.asked[0]).toBe("/lookup?topic=t");
});

test("[NC11] a lookup that fails is taken to say what it said last", async () => {
  const node = await scripted();
  let fails = false;
  const { address, asked } = await lookup((_, response) => {
    if (fails) response.writeHead(500);
    response.end(fails ? "" : producers(node));
  });
  const { faults } = discovering([address]);
  await ready(node, 10);

  fails = true;
  await eventually(() => expect(faults[0]).toBe(`lookup ${address}: status 500`));
  node.last.socket.destroy();

  await eventually(() => expect(node.connections).toHaveLength(2));
  await ready(node, 10);
  expect(asked.length).toBeGreaterThan(1);
});

test("[NC11] a node that no lookup names is kept while it is connected, and not tried again after", async () => {
  const node = await scripted();
  let named = true;
  const { address, asked } = await lookup((_, response) => response.end(producers(...(named ? [node] : []))));
  const { client } = discovering([address]);
  await ready(node, 10);

  named = false;
  const askedBefore = asked.length;
  await eventually(() => expect(asked.length).toBeGreaterThan(askedBefore + 2));
  expect(node.open).toBe(1);
  node.last.socket.destroy();
  await eventually(() => expect(client.stats().connections).toBe(0));
  const askedAfter = asked.length;
  await eventually(() => expect(asked.length).toBeGreaterThan(askedAfter + 10));

  expect(node.connections).toHaveLength(1);
});

test("[NC11] after a connection is lost the lookups are asked at once, not at the next interval", async () => {
  const nodes = [await scripted(), await scripted()];
  let at = 0;
  const { address, asked } = await lookup((_, response) => response.end(producers(nodes[at]!)));
  discovering([address], { lookupdPollIntervalMs: 300_000 });
  await ready(nodes[0]!, 10);

  at = 1;
  await nodes[0]!.drop();

  await ready(nodes[1]!, 10);
  expect(asked).toHaveLength(2);
});

test("[NC11] a topic that a lookup does not know has no nodes, which is no fault", async () => {
  await using lookupd = await startLookupd();
  const node = await scripted();
  const { faults } = discovering([lookupd.url]);

  await lookupd.node(["t"], { broadcast_address: "127.0.0.1", tcp_port: node.port });

  await ready(node, 10);
  expect(faults).toEqual([]);
});

const endless: RequestListener = (_, response) => {
  const more = function* () {
    for (;;) yield Buffer.alloc(65_536, "x");
  };
  pipeline(Readable.from(more()), response, () => {});
};

test.each<[string, RequestListener, RegExp]>([
  ["no JSON", (_, response) => response.end("<html>"), /no JSON/],
  ["JSON of another kind", (_, response) => response.end('{"producers":{}}'), /no producers/],
  ["more than fits into memory", endless, /more than \d+ bytes/],
  ["nothing", () => {}, /timeout/],
  ["the end of the connection", (request) => request.socket.destroy(), /other side closed|socket hang up/],
])("[NC11] a lookup that answers with %s is a fault, and the others are heard", async (_, answer, reason) => {
  const node = await scripted();
  const bad = await lookup(answer);
  const good = await lookup((_, response) => response.end(producers(node)));
  const { faults } = discovering([bad.address, good.address], { lookupdPollTimeoutMs: 500 });

  await ready(node, 10);

  await eventually(() => expect(faults[0]).toMatch(reason));
});

test("[NC11] what cannot be a node's address is left out", async () => {
  const node = await scripted();
  const wrong = [
    null,
    {},
    { broadcast_address: "127.0.0.1" },
    { broadcast_address: "127.0.0.1", tcp_port: 0 },
    { broadcast_address: "127.0.0.1", tcp_port: 70_000 },
    { broadcast_address: "127.0.0.1", tcp_port: 1.5 },
    { broadcast_address: "", tcp_port: 4150 },
    { broadcast_address: "/tmp/socket", tcp_port: 4150 },
    { broadcast_address: "a b@c", tcp_port: 4150 },
    { broadcast_address: "a\0b", tcp_port: 4150 },
  ];
  const right = { broadcast_address: "127.0.0.1", tcp_port: node.port };
  const { address } = await lookup((_, response) =>
    response.end(JSON.stringify({ status_code: 200, data: { producers: [...wrong, right] } })),
  );

  const { client, faults } = discovering([address]);

  await ready(node, 10);
  expect([client.stats().connections, faults]).toEqual([1, []]);
});
