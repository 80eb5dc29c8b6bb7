import { expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { type ApiFailure, apiPaths } from "../contract/index.ts";
import { liveNode, ScriptedNode } from "../testing/scripted-node.ts";
import { storesAway } from "../testing/stores-away.ts";
import { TestConsole } from "../testing/test-console.ts";
import type { ActionRecord } from "./ports.ts";

const identity = "22222222-2222-4222-8222-222222222222";
const recorded: ActionRecord[] = [];

async function withNodes(environment = "") {
  recorded.length = 0;
  const nodes = [await ScriptedNode.start(), await ScriptedNode.start()] as const;
  const options = { stores: storesAway(recorded), environment };
  const keys = nodes.map(({ key }) => key);
  const weir = await (await TestConsole.start(keys, options)).signIn();
  for (const [index, node] of nodes.entries()) {
    await eventually(() => expect(node.live.size).toBe(1));
    const id = index === 0 ? "id-1" : identity;
    node.say({ type: "snapshot", rev: 1, atMs: Date.now(), node: liveNode({ id }), topics: [] });
  }
  await eventually(() => expect(weir.server.collector.coverage().heard).toBe(2));
  return {
    ...{ weir, one: nodes[0], two: nodes[1] },
    async [Symbol.asyncDispose]() {
      await weir[Symbol.asyncDispose]();
      for (const node of nodes) await node[Symbol.asyncDispose]();
    },
  };
}

const codeOf = async (answer: Response) => ((await answer.json()) as ApiFailure).code;
const results = () =>
  recorded.filter(({ action }) => /adopt|failover/.test(action)).map(({ result }) => result);

test("[FO4] a node takes over from a living one by the other's name and a reason, and both stand in the audit", async () => {
  await using system = await withNodes();
  const { weir, one, two } = system;
  one.answer = () => ({ status: 200, body: '{"logs":12}' });
  const ask = (wish: object) =>
    weir.post(apiPaths.adopt(one.key), { of: identity, reason: "stuck", ...wish });

  const refused = [
    await codeOf(await ask({ confirm: { name: one.key } })),
    await codeOf(await ask({ confirm: { name: two.key }, reason: " " })),
    await codeOf(await ask({ confirm: { name: two.key }, of: "nobody" })),
  ];
  const done = await ask({ confirm: { name: two.key } });

  expect(refused).toEqual(["confirm-name", "reason-needed", "not-found"]);
  expect(await done.json()).toMatchObject({ logs: 12 });
  expect(one.asked).toEqual([`POST /v1/adopt?node=${identity}`]);
  expect(recorded.at(-1)).toMatchObject({
    ...{ action: "force-adopt", node: two.key, object: { by: one.key }, reason: "stuck", result: "ok" },
  });
  expect(results()).toEqual(["confirm-name", "reason-needed", "ok"]);
});

test("[FO4] what the node says against it is told and recorded", async () => {
  await using system = await withNodes();
  const { weir, one } = system;
  one.answer = () => ({ status: 503, body: '{"message":"UNAVAILABLE: no other node is alive"}' });

  const answer = await weir.post(apiPaths.failoverTest(one.key), {
    confirm: { name: one.key },
    reason: "a drill",
  });

  expect(await answer.json()).toMatchObject({
    code: "node-refused",
    message: expect.stringContaining("no other node is alive"),
  });
  expect(results()).toEqual(["node-refused"]);
});

test("[FO5] failover is tested by name and reason where the environment is not production, and never where it is", async () => {
  const wish = (name: string) => ({ confirm: { name }, reason: "a drill" });
  {
    await using system = await withNodes("staging");
    const { weir, one, two } = system;
    one.answer = () => ({ status: 200, body: '{"restMs":20000}' });
    expect(await codeOf(await weir.post(apiPaths.failoverTest(one.key), wish(two.key)))).toBe("confirm-name");
    const done = await weir.post(apiPaths.failoverTest(one.key), wish(one.key));
    expect(await done.json()).toMatchObject({ restMs: 20_000 });
    expect([one.asked, results()]).toEqual([["POST /v1/failover"], ["confirm-name", "ok"]]);
  }
  await using system = await withNodes("production");
  const { weir, one } = system;
  expect(await codeOf(await weir.post(apiPaths.failoverTest(one.key), wish(one.key)))).toBe("in-production");
  expect([one.asked, results()]).toEqual([[], ["in-production"]]);
});
