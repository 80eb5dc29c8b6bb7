import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, subscribe } from "../../testing/client.ts";
import { eventually } from "../../testing/eventually.ts";
import { request } from "../../testing/http.ts";
import { uniqueTopic } from "../../testing/names.ts";
import { sharedNode } from "../../testing/shared-node.ts";
import {
  type ApiFailure,
  type AuditPage,
  apiBase,
  apiPaths,
  type ChosenMessagesResult,
  type DeferredView,
  type InFlightView,
} from "../contract/index.ts";
import { genuineNsqd, ScriptedNsq, statsChannel, statsTopic } from "../testing/scripted-nsq.ts";
import { secret, TestConsole } from "../testing/test-console.ts";

const secretFile = join(mkdtempSync(join(tmpdir(), "weir-chosen-")), "secret");
writeFileSync(secretFile, secret);
const node = await sharedNode({ "cluster-secret-file": secretFile });
const topic = uniqueTopic();
const channel = "billing";
const path = apiPaths.chosenMessages(topic, channel);
let genuine: ScriptedNsq;
let weir: TestConsole;
let key: string;
let consumer: Client;
let held: readonly string[];

beforeAll(async () => {
  genuine = await ScriptedNsq.start(genuineNsqd([statsTopic(topic, [statsChannel(channel)])]));
  key = new URL(node.httpUrl).host;
  consumer = await subscribe(node.tcpPort, topic, channel, { rdy: 3 });
  for (const body of ["one", "two", "three"])
    await request("POST", `${node.httpUrl}/pub?topic=${topic}`, body);
  held = (await consumer.messages(3)).map(({ id }) => id);
  consumer.rdy(0);
  await request("POST", `${node.httpUrl}/pub?topic=${topic}&defer=600000`, "later");
  weir = await (await TestConsole.start([key, genuine.key])).signIn();
  await eventually(() => {
    expect(weir.server.collector.coverage().heard).toBe(2);
    expect(weir.server.collector.node(genuine.key)?.limits?.rule).toBe("genuine");
  });
});
afterAll(async () => {
  await Promise.all([weir, genuine, consumer].map((one) => one[Symbol.asyncDispose]()));
});

const at = (...ids: readonly string[]) => ids.map((id) => ({ node: key, id }));

async function act(body: object): Promise<ChosenMessagesResult> {
  const response = await weir.post(path, body);
  expect(response.status).toBe(200);
  return (await response.json()) as ChosenMessagesResult;
}

async function recorded(action: string) {
  const { rows } = await weir.read<AuditPage>(`${apiBase}/audit?topic=${topic}&action=${action}`);
  return rows;
}

test("[CO11] to finish messages the channel's name is typed and a reason given, or no node hears of it", async () => {
  const asked = { verb: "finish", messages: at(held[0]!) };
  const codes = await Promise.all(
    [
      asked,
      { ...asked, reason: "poison" },
      { ...asked, confirm: { name: topic }, reason: "poison" },
      { ...asked, confirm: { name: channel } },
      { ...asked, confirm: { name: channel }, reason: "  " },
    ].map(async (body) => ((await (await weir.post(path, body)).json()) as ApiFailure).code),
  );

  expect(codes).toEqual(["confirm-name", "confirm-name", "confirm-name", "reason-needed", "reason-needed"]);
  expect((await recorded("finish-messages")).map(({ result }) => result).toSorted()).toEqual(
    codes.toSorted(),
  );
  const { total } = await weir.read<InFlightView>(apiPaths.inFlight(topic, channel));
  expect(total).toBe(3);
});

test("[CO11] each message is told as done, gone meanwhile or failed, and that is recorded", async () => {
  const gone = held[0]!.replace(/.$/, "f");
  const elsewhere = { node: genuine.key, id: held[0]! };

  const requeued = await act({ verb: "requeue", messages: [...at(held[0]!, gone), elsewhere] });
  const finished = await act({
    ...{ verb: "finish", messages: at(held[1]!, held[0]!) },
    ...{ confirm: { name: channel }, reason: "poison" },
  });

  expect(requeued.outcome).toBe("partly");
  expect(requeued.messages).toEqual([
    { node: key, id: held[0], outcome: "done" },
    { node: key, id: gone, outcome: "not-there" },
    { ...elsewhere, outcome: "failed" },
  ]);
  expect(requeued.nodes).toMatchObject([
    { node: key, ok: true, code: "" },
    { node: genuine.key, ok: false, code: "genuine" },
  ]);
  expect(finished).toMatchObject({ outcome: "done" });
  expect(finished.messages.map(({ outcome }) => outcome)).toEqual(["done", "done"]);
  expect(await recorded("requeue-messages")).toMatchObject([
    {
      ...{ actor: "admin", topic, channel, result: "partly" },
      object: { messages: [held[0], gone, held[0]] },
      after: { done: 1, notThere: 1, failed: 1 },
    },
  ]);
  expect((await recorded("finish-messages"))[0]).toMatchObject({
    ...{ actor: "admin", reason: "poison", result: "ok", after: { done: 2, notThere: 0, failed: 0 } },
  });
  consumer.fin(held[1]!);
  await consumer.expectError(/^E_FIN_FAILED/);
});

test("[CO13] what is moved is recorded with where each went, once the channel's name was typed and a reason given", async () => {
  const to = uniqueTopic();
  const asked = { verb: "move", to, messages: at(held[2]!, held[1]!) };
  const unconfirmed = await weir.post(path, asked);
  const same = await weir.post(path, { ...asked, to: topic, confirm: { name: channel }, reason: "poison" });

  const result = await act({ ...asked, confirm: { name: channel }, reason: "poison" });

  expect([unconfirmed.status, same.status]).toEqual([400, 400]);
  const { newId } = result.messages[0]!;
  expect(result).toMatchObject({
    ...{ outcome: "done", nodes: [{ ok: true }] },
    messages: [
      { id: held[2], outcome: "done", newId: expect.stringMatching(/^[0-9a-f]{16}$/) },
      { id: held[1], outcome: "not-there" },
    ],
  });
  expect((await recorded("move-messages"))[0]).toMatchObject({
    ...{ result: "ok", reason: "poison", object: { to, messages: [held[2], held[1]] } },
    after: { done: 1, notThere: 1, failed: 0, copied: 0, newIds: { [held[2]!]: newId } },
  });
  await using parked = await subscribe(node.tcpPort, to, "all", { rdy: 1 });
  expect(await parked.nextMessage()).toMatchObject({ id: newId, body: Buffer.from("three") });
});

test("[CO11] what is deferred is delivered at once, and once", async () => {
  const { rows } = await weir.read<DeferredView>(apiPaths.deferred(topic, channel));
  const asked = { verb: "deliver", messages: at(rows[0]!.id) };

  const first = await act(asked);
  const second = await act(asked);

  expect(first.messages).toMatchObject([{ outcome: "done" }]);
  expect(second.messages).toMatchObject([{ outcome: "not-there" }]);
  expect((await recorded("deliver-messages")).map(({ result }) => result).toSorted()).toEqual([
    "no-op",
    "ok",
  ]);
  consumer.rdy(5);
  expect((await consumer.nextMessage()).id).toBe(rows[0]!.id);
});

test.each([
  { verb: "drop", messages: [{ node: "a:1", id: "0".repeat(16) }] },
  { verb: "move", messages: [{ node: "a:1", id: "0".repeat(16) }] },
  { verb: "move", messages: [{ node: "a:1", id: "0".repeat(16) }], to: "parked#ephemeral" },
  { verb: "requeue", messages: [{ node: "a:1", id: "0".repeat(16) }], to: "parked" },
  { verb: "requeue", messages: [] },
  { verb: "requeue", messages: [{ node: "a:1", id: "0".repeat(15) }] },
  { verb: "requeue", messages: [{ node: "a:1", id: "0".repeat(16), topic: "t" }] },
  { verb: "requeue", messages: Array.from({ length: 101 }, () => ({ node: "a:1", id: "0".repeat(16) })) },
])("[CO11] what is not understood is refused: %#", async (asked) => {
  expect((await weir.post(path, asked)).status).toBe(400);
});

test("[CO11] of a node that is not there what became of a message is not known", async () => {
  const result = await act({ verb: "requeue", messages: [{ node: "nobody:1", id: "0".repeat(16) }] });

  expect(result).toMatchObject({ outcome: "failed", messages: [{ outcome: "failed" }] });
});
