import { expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { apiPaths, type Snapshot } from "../contract/index.ts";
import { liveChannel, liveNode, liveTopic, ScriptedNode } from "../testing/scripted-node.ts";
import { TestConsole } from "../testing/test-console.ts";

test("[WT2] all topics that match are a file, in their order, and none of their names is a formula", async () => {
  await using node = await ScriptedNode.start();
  await using weir = await (await TestConsole.start([node.key])).signIn();
  await eventually(() => expect(node.live.size).toBe(1));
  const names = ["-cmd.x", "__proto__", "orders#ephemeral", "other"];
  const topics = [
    ...names.map((name, at) => liveTopic(name, { depth: at + 1, memoryDepth: at + 1 })),
    ...Array.from({ length: 300 }, (_, at) => liveTopic(`empty.${at}`)),
  ];
  node.say({ type: "snapshot", rev: 1, atMs: 10_000, node: liveNode(), topics });
  await eventually(async () =>
    expect((await weir.read<Snapshot<"topics">>("/api/v1/topics")).data!.total).toBe(304),
  );
  const csv = await weir.get("/api/v1/topics-file?format=csv&state=backlog&sort=-depth");
  const lines = (await csv.text()).trimEnd().split("\r\n");
  const ndjson = await (await weir.get("/api/v1/topics-file?format=ndjson&q=EMPTY")).text();
  const depthAt = lines[0]!.split(",").indexOf("depth");

  expect(csv.headers.get("content-disposition")).toBe('attachment; filename="topics.csv"');
  expect(lines.slice(1).map((line) => [line.split(",")[0], line.split(",")[depthAt]])).toEqual([
    ["other", "4"],
    ["orders#ephemeral", "3"],
    ["__proto__", "2"],
    ["'-cmd.x", "1"],
  ]);
  expect(
    ndjson
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { topic: string }).topic),
  ).toEqual(Array.from({ length: 300 }, (_, at) => `empty.${at}`));
  expect((await weir.get("/api/v1/topics-file?format=exe")).status).toBe(400);
});

test("[WT2] so are a topic's channels and a channel's clients", async () => {
  await using node = await ScriptedNode.start();
  await using weir = await (await TestConsole.start([node.key])).signIn();
  await eventually(() => expect(node.live.size).toBe(1));
  const channels = ["billing", "mail", "mail.eu"].map((name, at) => liveChannel(name, { depth: at }));
  const topics = [liveTopic("orders", { channels })];
  node.say({ type: "snapshot", rev: 1, atMs: 10_000, node: liveNode(), topics });
  await eventually(() => expect(weir.server.collector.topics.size).toBe(1));

  const csv = await weir.get(`${apiPaths.channelsFile("orders")}?format=csv&q=mail&sort=-depth`);
  const lines = (await csv.text()).trimEnd().split("\r\n");
  const clients = await weir.get(`${apiPaths.clientsFile("orders", "billing")}?format=csv`);

  expect(csv.headers.get("content-disposition")).toBe('attachment; filename="channels.csv"');
  expect(lines.map((line) => line.split(",")[0])).toEqual(["channel", "mail.eu", "mail"]);
  expect((await clients.text()).split(",")[0]).toBe("client");
  expect((await weir.get(`${apiPaths.channelsFile("a b")}?format=csv`)).status).toBe(400);
});
