import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { startNode } from "../../server/testing/node.ts";
import { Consumer, Producer } from "./index.ts";

test("[NC1] the path of a unix socket is an address", async () => {
  const directory = await mkdtemp(join(tmpdir(), "weir-socket-"));
  const path = join(directory, "nsqd.sock");
  await using node = await startNode({ "tcp-address": path });
  const producer = new Producer({ nsqdTcpAddress: path });
  const seen: string[] = [];
  const consumer = new Consumer(
    { topic: "t", channel: "c", nsqdTcpAddresses: [path] },
    ({ body, nsqdAddress }) => {
      seen.push(`${body} from ${nsqdAddress}`);
    },
  );

  await producer.publish("t", "x");

  await eventually(() => expect(seen).toEqual([`x from ${path}`]));
  await Promise.all([producer.close(), consumer.close()]);
  await node.stop();
  await rm(directory, { recursive: true });
});
