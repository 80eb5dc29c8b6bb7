import { expect, test } from "vitest";
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
  secret,
  sorted,
} from "../testing/lease-cluster.ts";
import type { TestNode } from "../testing/node.ts";
import { freshDatabase } from "../testing/postgres.ts";

async function ask(
  node: TestNode,
  path: string,
  as: string = secret,
): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${as}` };
  const response = await fetch(node.httpUrl + path, { method: "POST", headers });
  return { status: response.status, text: await response.text() };
}

const onlyOther = async (node: TestNode) => (await clusterOf(node)).others[0]!;

test("[FO1][FO2] a node that lives is taken over from at somebody's word, loses nothing by it, and goes on in a new epoch", async () => {
  await using database = await freshDatabase();
  await using one = await joined(database);
  await using two = await joined(database);
  await makeChannels(one, "orders", ["billing"]);
  await publish(one, "orders", numbers(300));
  await eventually(async () => expect(await onlyOther(two)).toMatchObject({ holds: true }));
  const { nodeId, epoch } = await onlyOther(two);
  await using before = await consumerOf(one, "orders", "billing");
  const inHand = await before.messages(300);

  expect(await ask(two, `/v1/adopt?node=${nodeId}`, "not it")).toMatchObject({ status: 401 });
  expect(await ask(two, "/v1/adopt?node=orders")).toMatchObject({ status: 400 });
  expect(
    await ask(two, `/v1/adopt?node=${nodeId.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))}`),
  ).toEqual({
    status: 503,
    text: expect.stringContaining("it knows of no such node"),
  });
  expect(await ask(two, `/v1/adopt?node=${nodeId}`)).toEqual({ status: 200, text: '{"logs":1}' });

  await using after = await consumerOf(two, "orders", "billing");
  expect(sorted(bodiesOf(await consume(after, inHand.length)))).toEqual(numbers(300));
  expect((await clusterOf(two)).adoptions).toMatchObject([
    { nodeId, epoch: epoch + 1, forced: true, logs: 1, state: "done", messages: 300 },
  ]);
  await eventually(async () => expect((await clusterOf(one)).epoch).toBe(epoch + 2), {
    withinMs: adoptedWithinMs,
  });
  await held(one);
  await publish(one, "orders", numbers(10, 300));
  expect(sorted(bodiesOf(await before.messages(10)))).toEqual(numbers(10, 300));
});

test("[FO3] a test of failover has another node take over from one that lives, and is refused where none could", async () => {
  await using database = await freshDatabase();
  await using one = await joined(database);
  expect((await ask(one, "/v1/failover")).text).toContain("no other node of the cluster is alive");
  await using two = await joined(database);
  await eventually(async () => expect((await clusterOf(one)).others).toHaveLength(1));
  expect((await ask(one, "/v1/failover")).text).toContain("nothing durable");
  await makeChannels(one, "orders", ["billing"]);
  await publish(one, "orders", numbers(300));
  const { epoch } = await clusterOf(one);

  await eventually(async () => expect(await ask(one, "/v1/failover")).toMatchObject({ status: 200 }));

  expect(await clusterOf(one)).toMatchObject({ testing: true });
  expect((await ask(one, "/v1/failover")).text).toContain("lease does not hold");
  await using after = await consumerOf(two, "orders", "billing");
  expect(sorted(bodiesOf(await consume(after, 300)))).toEqual(numbers(300));
  expect((await clusterOf(two)).adoptions).toMatchObject([{ forced: false, logs: 1, state: "done" }]);
  await eventually(
    async () =>
      expect(await clusterOf(one)).toMatchObject({ epoch: epoch! + 2, lease: "held", testing: false }),
    { withinMs: adoptedWithinMs },
  );
});
