import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compilePattern } from "../../auth/patterns.ts";
import { bodyMatcherOf } from "../../protocol/body-matcher.ts";
import { eventually } from "../../testing/eventually.ts";
import { uniqueTopic } from "../../testing/names.ts";
import { sharedNode } from "../../testing/shared-node.ts";
import { type EventRow, idAfter } from "../contract/index.ts";
import { secret, TestConsole } from "../testing/test-console.ts";
import { withBodies } from "./event-bodies.ts";

const secretFile = join(mkdtempSync(join(tmpdir(), "weir-bodies-")), "secret");
writeFileSync(secretFile, secret);
const node = await sharedNode({ "cluster-secret-file": secretFile });

test("[AS10] events are those whose messages have it in their bodies, one by one, and what was not looked into is said", async () => {
  const topic = uniqueTopic();
  const ids: string[] = [];
  for (let n = 0; n < 4; n++) {
    const body = JSON.stringify({ order: { n } });
    const answer = await fetch(`${node.httpUrl}/pub?topic=${topic}&id=true`, { method: "POST", body });
    ids.push(answer.headers.get("x-nsq-message-id")!);
  }
  await using weir = await (await TestConsole.start([new URL(node.httpUrl).host])).signIn();
  const { collector } = weir.server;
  await eventually(() => expect(collector.topics.get(topic)?.row.nodes).toHaveLength(1));
  const row = (kind: EventRow["kind"], id: string, count: number): EventRow => ({
    ...{ atMs: 1, kind, id, count, topic, channel: null, attempts: null, delayMs: null, client: null },
    ...{ node: "n", epoch: null },
  });
  const look = (written: string, rows: readonly EventRow[]) =>
    withBodies(collector, bodyMatcherOf(written, compilePattern)!, rows);

  const found = await look("$.order.n >= 2", [row("finish", ids[3]!, 1), row("publish", ids[0]!, 4)]);
  const gone = await look("/n/", [row("finish", idAfter(ids[3]!, 1), 1)]);
  const many = await look('"n":1', [row("publish", ids[0]!, 300)]);

  expect(found.events.map(({ kind, id, count, bytes }) => [kind, id, count, bytes])).toEqual([
    ["finish", ids[3], 1, 17],
    ["publish", ids[2], 1, 17],
    ["publish", ids[3], 1, 17],
  ]);
  expect(found.bodies).toEqual({ looked: 4, gone: 0, unlooked: 0 });
  expect(gone).toEqual({ events: [], bodies: { looked: 0, gone: 1, unlooked: 0 } });
  expect(many.events.map(({ id }) => id)).toEqual([ids[1]]);
  expect(many.bodies).toEqual({ looked: 4, gone: 96, unlooked: 200 });
});
