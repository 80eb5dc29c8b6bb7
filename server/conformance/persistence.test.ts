/**
 * What outlives the process, for a node without Postgres: topology in nsqd.dat
 * (NSQ's shape), messages in segment files. The same rules with Postgres are in
 * persistence.pg.test.ts.
 */
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { newNode, startNode, type TestNode } from "../testing/node.ts";
import { survivesCleanStop, survivesKillWithoutMemory } from "./persistence.ts";

/** What nsqd.dat holds; topics by name, because their order means nothing. */
async function metadata(node: TestNode): Promise<unknown> {
  const content = JSON.parse(await readFile(join(node.dataPath, "nsqd.dat"), "utf8"));
  content.topics?.sort((one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1));
  return content;
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "[MP1] %s ends the node with 0, quickly, with clients connected",
  async (signal) => {
    await using node = await startNode();
    await using client = await subscribe(node.tcpPort, "t", "c", { rdy: 1 });
    await using idle = await connect(node.tcpPort);
    client.pub("t", "x");
    await client.expectOk();
    const startMs = performance.now();

    expect(await node.stop(signal)).toBe(0);

    expect(performance.now() - startMs).toBeLessThan(2_000);
    await client.nextMessage();
    await client.expectClose();
    await idle.expectClose();
  },
);

test("[MP1] a node that is asked to stop once more goes on writing what it has", async () => {
  await using node = await startNode();
  const body = Buffer.alloc(500_000, "x");
  for (let i = 0; i < 200; i++) await node.act("/pub?topic=t", body);

  process.kill(node.pid, "SIGINT");
  await eventually(() => expect(node.get("/ping")).rejects.toThrow());
  if (node.running) process.kill(node.pid, "SIGINT");
  expect(await node.exited()).toBe(0);
  await node.start();

  await eventually(async () => expect((await node.topic("t")).depth).toBe(200));
});

describe("[MP2] after a clean stop everything is there again, in segment files", () => {
  survivesCleanStop(() => startNode());
});

test("[MP3] nsqd.dat has NSQ's shape, is for its owner alone, and leaves ephemeral names out", async () => {
  await using node = await startNode();
  await node.act("/topic/create?topic=t");
  await node.act("/channel/create?topic=t&channel=c");
  await node.act("/channel/create?topic=t&channel=e%23ephemeral");
  await node.act("/topic/create?topic=e%23ephemeral");
  await node.act("/topic/create?topic=a");
  await node.act("/channel/pause?topic=t&channel=c");

  await eventually(async () =>
    expect(await metadata(node)).toEqual({
      topics: [
        { name: "a", paused: false, channels: null },
        { name: "t", paused: false, channels: [{ name: "c", paused: true }] },
      ],
      version: "1.3.0",
    }),
  );

  expect((await stat(join(node.dataPath, "nsqd.dat"))).mode & 0o777).toBe(0o600);
});

describe("[MP4] with a memory queue of 0, what was stored outlives SIGKILL, in segment files", () => {
  survivesKillWithoutMemory((flags) => startNode(flags));
});

test("[MP5] a second node on the same data path ends with 1 and says why", async () => {
  await using node = await startNode();
  await using second = await newNode({}, { dataPath: node.dataPath });

  second.launch();

  expect(await second.exited()).toBe(1);
  expect(second.stderr).toMatch(/failed to lock data-path: /);
  expect((await node.get("/ping")).text).toBe("OK");
});

test("[MP6] a pause outlives SIGKILL", async () => {
  await using node = await startNode();
  await node.act("/topic/create?topic=t");
  await node.act("/channel/create?topic=t&channel=c");
  await node.act("/topic/pause?topic=t");
  await node.act("/channel/pause?topic=t&channel=c");

  await node.kill();
  await node.start();

  expect(await node.topic("t")).toMatchObject({
    paused: true,
    channels: [{ channel_name: "c", paused: true }],
  });
});

test("[MP8] creating and deleting shows in nsqd.dat while the node runs", async () => {
  await using node = await startNode();

  await node.act("/topic/create?topic=t");
  await node.act("/channel/create?topic=t&channel=c");
  await eventually(async () =>
    expect(await metadata(node)).toMatchObject({ topics: [{ name: "t", channels: [{ name: "c" }] }] }),
  );
  await node.act("/channel/delete?topic=t&channel=c");
  await eventually(async () => expect(await metadata(node)).toMatchObject({ topics: [{ channels: null }] }));
  await node.act("/topic/delete?topic=t");

  await eventually(async () => expect(await metadata(node)).toMatchObject({ topics: null }));
});

test("[MP7] topics, channels and pauses of nsqd's data path are taken over; its messages are said to be left there", async () => {
  await using node = await newNode();
  const files = {
    "nsqd.dat":
      '{"topics":[{"name":"alone","paused":false,"channels":null},{"name":"t","paused":true,"channels":[{"name":"c","paused":true}]}],"version":"1.3.0"}',
    "t.diskqueue.meta.dat": "12\n0,0\n0,312\n",
    "t:c.diskqueue.meta.dat": "30\n1,0\n1,780\n",
    "alone.diskqueue.meta.dat": "0\n0,0\n0,0\n",
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(node.dataPath, name), content);

  await node.start();

  expect(await node.topic("alone")).toMatchObject({ depth: 0, paused: false, channels: [] });
  expect(await node.topic("t")).toMatchObject({ paused: true });
  expect(await node.channel("t", "c")).toMatchObject({ paused: true });
  await eventually(() =>
    expect(node.stderr).toContain(`ERROR: NSQ: 42 messages lie in ${node.dataPath} in nsqd's own files`),
  );
  await node.stop();
  expect(await metadata(node)).toEqual(JSON.parse(files["nsqd.dat"]));
});
