/** Nodes found through lookups: they come and go, and what a lookup says is not believed. */
import { afterEach, expect, test } from "vitest";
import { parseNetworks } from "../../daemon/networks.ts";
import { eventually } from "../../testing/eventually.ts";
import { startLookupd } from "../../testing/lookupd.ts";
import { startNode } from "../../testing/node.ts";
import { peerSettingsDefault } from "../http-peer.ts";
import { parsePeerAddress } from "../peer-address.ts";
import { Peers, peersMax } from "../peers.ts";
import { genuineNsqd, ScriptedNsq, statsTopic } from "../testing/scripted-nsq.ts";
import { TestConsole } from "../testing/test-console.ts";

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});
async function kept<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
  const one = await starting;
  opened.push(one);
  return one;
}

const naming = (...producers: readonly object[]) => ({ "GET /nodes": { producers } });
const lookup = (...producers: readonly object[]) => kept(ScriptedNsq.start(naming(...producers)));
const nsqd = (topic: string) => kept(ScriptedNsq.start(genuineNsqd([statsTopic(topic)])));

function consoleOf(lookups: readonly string[], changes: Parameters<typeof TestConsole.start>[1] = {}) {
  return kept(
    TestConsole.start([], {
      lookups: lookups.map(parsePeerAddress),
      lookupIntervalMs: 50,
      forgetMs: 300,
      ...changes,
    }),
  );
}
const rowsOf = ({ server }: TestConsole) => server.collector.nodeRows;
const keysOf = (weir: TestConsole) => rowsOf(weir).map(({ key }) => key);

test("[CD3] nodes come and go with the lookups' word, and their topics with them", async () => {
  const [one, other] = [await nsqd("a"), await nsqd("b")];
  const lookupd = await lookup(one.producer());
  const weir = await consoleOf([lookupd.key]);
  const topics = () => [...weir.server.collector.topics.keys()].sort();
  await eventually(() => expect(topics()).toEqual(["a"]));
  lookupd.answers = naming(one.producer(), other.producer());
  await eventually(() => expect(topics()).toEqual(["a", "b"]));
  expect(rowsOf(weir)[0]!.lookups).toEqual([lookupd.key]);
  lookupd.answers = naming(other.producer());

  await eventually(() => expect([keysOf(weir), topics()]).toEqual([[other.key], ["b"]]));
});

test("[CD3] a lookup that falls silent takes nobody away; that nodes may be missing is said", async () => {
  const node = await nsqd("a");
  const lookupd = await lookup(node.producer());
  const weir = await (await consoleOf([lookupd.key, "127.0.0.1:1"])).signIn();
  const { collector } = weir.server;
  await eventually(() =>
    expect(collector.coverage()).toMatchObject({ heard: 1, silentLookups: ["127.0.0.1:1"] }),
  );
  lookupd.answers = { "GET /nodes": 500 };

  await eventually(() =>
    expect(collector.lookups!.rows).toMatchObject([
      { key: lookupd.key, state: "silent", reason: "it answered 500 on /nodes", nodeCount: 1 },
      { key: "127.0.0.1:1", state: "connecting", reason: "nothing listens there", nodeCount: null },
    ]),
  );
  await eventually(() =>
    expect(collector.problems.active).toMatchObject([
      { rule: "lookup-silent", severity: "crit" },
      { rule: "lookup-silent", severity: "crit" },
    ]),
  );
  expect(collector.coverage()).toMatchObject({ heard: 1, of: 1 });
});

test("[CD3] the lookups can be other ones while it runs", async () => {
  const [one, other] = [await nsqd("a"), await nsqd("b")];
  const [first, second] = [await lookup(one.producer()), await lookup(other.producer())];
  const weir = await consoleOf([first.key]);
  await eventually(() => expect(keysOf(weir)).toEqual([one.key]));

  expect(weir.server.collector.lookups!.setAddresses([second.key])).toBe(true);
  await eventually(() => expect(keysOf(weir)).toEqual([other.key]));
});

test("[CD4] the cluster's secret is for nodes within --node-cidr, and for nobody else that a lookup names", async () => {
  const node = await nsqd("a");
  const lookupd = await lookup(node.producer());
  const stranger = await consoleOf([lookupd.key]);
  await eventually(() => expect(rowsOf(stranger)[0]?.state).toBe("up"));
  const toStranger = [...node.authorizations];
  const peers = { settings: peerSettingsDefault, nodeNetworks: parseNetworks(["127.0.0.1/8"]) };
  await consoleOf([lookupd.key], { peers });

  expect(toStranger.filter((header) => header !== undefined)).toEqual([]);
  await eventually(() => expect(node.authorizations).toContain("Bearer the-cluster-secret"));
  expect(lookupd.authorizations.filter((header) => header !== undefined)).toEqual([]);
});

test("[CD4] a node of ours within --node-cidr is followed by its live stream, one without is not trusted", async () => {
  const lookupd = await kept(startLookupd());
  const node = await kept(startNode({ "lookupd-tcp-address": `127.0.0.1:${lookupd.tcpPort}` }));
  const weir = await consoleOf([`127.0.0.1:${lookupd.httpPort}`]);

  await eventually(() =>
    expect(rowsOf(weir)).toMatchObject([{ state: "up", limits: { rule: "not-trusted" } }]),
  );
  expect(keysOf(weir)).toEqual([new URL(node.httpUrl).host]);
});

test.each([
  ["169.254.169.254", "is none of a node"],
  ["::ffff:169.254.169.254", "is none of a node"],
  ["0.0.0.0", "is none of a node"],
  ["fe80::1", "is none of a node"],
  ["224.0.0.1", "is none of a node"],
])("[CD4] %s is not connected to: it %s", async (host, reason) => {
  const lookupd = await lookup({ broadcast_address: host, http_port: 80 });
  const weir = await consoleOf([lookupd.key]);

  await eventually(() =>
    expect(rowsOf(weir)).toMatchObject([{ state: "connecting", reason: expect.stringContaining(reason) }]),
  );
});

test("[CD4] an address of this machine is connected to only when a lookup of this machine names it, or it is allowed", async () => {
  const settings = peerSettingsDefault;
  const node = await nsqd("a");
  const ask = async (peers: Peers, host = "127.0.0.1") =>
    (await peers.discovered(host, node.port)!.call({ method: "GET", path: "/info" })).body;
  const far = new Peers({ secret: "s", settings, nodeNetworks: null });
  const near = new Peers({ secret: "s", settings, nodeNetworks: null });
  near.lookup(parsePeerAddress("127.0.0.1:4161")).close();
  const listed = new Peers({ secret: "s", settings, nodeNetworks: parseNetworks(["127.0.0.0/8"]) });
  const elsewhere = new Peers({ secret: "s", settings, nodeNetworks: parseNetworks(["10.0.0.0/8"]) });

  expect(await ask(far)).toContain("this machine's own");
  // A name that leads there is no better.
  expect(await ask(far, "localhost")).toContain("this machine's own");
  expect(await ask(near)).toContain("broadcast_address");
  expect(await ask(listed)).toContain("broadcast_address");
  expect(await ask(elsewhere)).toContain("is in no --node-cidr");
  for (const peers of [far, near, listed, elsewhere]) peers.close();
});

test("[CD5] a redirect is not followed, an endless answer is cut off, a slow one is given up", async () => {
  const target = await nsqd("stolen");
  const liar = await kept(ScriptedNsq.start());
  const peers = new Peers({
    secret: "s",
    settings: { ...peerSettingsDefault, requestTimeoutMs: 300 },
    nodeNetworks: parseNetworks(["127.0.0.1"]),
  });
  const peer = peers.discovered("127.0.0.1", liar.port)!;
  const ask = () => peer.call({ method: "GET", path: "/stats", bytesMax: 100_000 });
  liar.listener = (_, answer) => answer.writeHead(302, { location: `http://${target.key}/stats` }).end();
  const redirected = await ask();
  liar.listener = (_, answer) => {
    const more = () => answer.write("x".repeat(65_536), () => setImmediate(more));
    more();
  };
  const endless = await ask();
  liar.listener = (_, answer) => answer.writeHead(200).write("{");
  const startedMs = performance.now();
  const slow = await ask();

  expect(redirected.status).toBe(302);
  expect(target.asked).toEqual([]);
  expect(endless).toMatchObject({ status: 0, body: "its answer is too long" });
  expect(slow).toMatchObject({ status: 0, body: "it did not answer in time" });
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  peers.close();
});

test("[CD5] a lookup that names a hundred thousand nodes, or nonsense, costs a bounded number of them", async () => {
  const many = Array.from({ length: 100_000 }, (_, at) => ({
    broadcast_address: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
    http_port: 4151,
  }));
  const peers = new Peers({ secret: "s", settings: peerSettingsDefault, nodeNetworks: null });
  const made = many.filter(({ broadcast_address, http_port }) =>
    peers.discovered(broadcast_address, http_port),
  );
  const nonsense = await lookup(
    { broadcast_address: 5, http_port: 1 },
    { broadcast_address: "a b", http_port: 1 },
    { broadcast_address: "host/../..", http_port: "80" },
    { broadcast_address: "user@host", http_port: 80 },
    { broadcast_address: "host", http_port: 70_000 },
    null as unknown as object,
  );
  const weir = await consoleOf([nonsense.key]);
  await eventually(() => expect(weir.server.collector.lookups!.rows[0]!.state).toBe("up"));

  expect(made).toHaveLength(peersMax);
  expect(keysOf(weir)).toEqual([]);
  peers.close();
});
