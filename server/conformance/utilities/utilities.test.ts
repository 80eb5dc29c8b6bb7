/** What all the utilities do alike. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { answering } from "../../testing/answering.ts";
import { everything, startAuthServer } from "../../testing/auth-server.ts";
import { CertificateFiles } from "../../testing/certificate-files.ts";
import { certificate } from "../../testing/certificates.ts";
import { eventually } from "../../testing/eventually.ts";
import { startLookupd } from "../../testing/lookupd.ts";
import { uniqueTopic } from "../../testing/names.ts";
import { flagArguments, nodeExecutable, startNode } from "../../testing/node.ts";
import { sharedNode } from "../../testing/shared-node.ts";
import { runUtility, startUtility } from "../../testing/utility.ts";

const node = await sharedNode();
const bin = resolve(import.meta.dirname, "../../../bin");
const names = ["nsq_tail", "nsq_stat", "nsq_to_file", "nsq_to_http", "nsq_to_nsq", "to_nsq"];

test("[CL4] each is there under its old name, and says NSQ's version", async () => {
  const { bin: installed } = JSON.parse(await readFile(resolve(bin, "../package.json"), "utf8"));
  for (const name of names) {
    const { code, stdout } = await runUtility(name, { version: true });

    expect([code, stdout]).toEqual([0, `${name} v1.3.0\n`]);
    expect(installed[name]).toBe(`bin/${name}.mjs`);
  }
});

test("[TL1] where stderr is a terminal, it says how far it is, below the log; elsewhere it does not", async () => {
  const topic = uniqueTopic();
  const flags = flagArguments({ topic, "nsqd-tcp-address": `127.0.0.1:${node.tcpPort}`, "max-in-flight": 1 });
  const command = [nodeExecutable(), resolve(bin, "nsq_tail.mjs"), ...flags].join(" ");
  const onTerminal = spawn("script", ["-qefc", `${command} >/dev/null`, "/dev/null"]);
  let seen = "";
  onTerminal.stdout.setEncoding("utf8").on("data", (text: string) => {
    seen += text;
  });
  await using elsewhere = startUtility("nsq_tail", {
    topic,
    "nsqd-tcp-address": `127.0.0.1:${node.tcpPort}`,
  });
  try {
    await eventually(async () => expect((await node.topic(topic)).channels).toHaveLength(2));
    await node.act(`/mpub?topic=${topic}`, "one\ntwo");

    await eventually(() => expect(seen).toMatch(/K2 messages, 6 bytes, \d+\/s/));
    await eventually(() => expect(elsewhere.stdout).toMatch(/one|two/));
    // What stands on the line is wiped off before a line of the log takes its place.
    const logged = seen.split("\n").filter((line) => line.includes("INFO"));
    const wiped = logged.map((line) => line.split("\r\u001b[K").at(-1)!);
    expect(wiped.filter((line) => !line.startsWith("[nsq_tail] "))).toEqual([]);
    expect(elsewhere.stderr).not.toContain("messages,");
  } finally {
    onTerminal.kill();
  }
});

test("[TL2] the first signal lets what is in hand come to its end, the second does not wait", async () => {
  let asked = 0;
  const release = Promise.withResolvers<void>();
  await using server = await answering(async (request, response) => {
    request.resume();
    asked++;
    await release.promise;
    response.end();
  });
  const [patient, hasty] = [uniqueTopic(), uniqueTopic()];
  const start = (topic: string) =>
    startUtility("nsq_to_http", {
      topic,
      post: `http://${server.address}`,
      "nsqd-tcp-address": `127.0.0.1:${node.tcpPort}`,
    });
  for (const topic of [patient, hasty]) await node.act(`/pub?topic=${topic}`, "x");
  await using first = start(patient);
  await using second = start(hasty);
  await eventually(() => expect(asked).toBe(2));

  const clients = async (topic: string) => (await node.channel(topic, "nsq_to_http")).clients![0]!;
  for (const utility of [first, second]) utility.child.kill("SIGINT");
  for (const topic of [patient, hasty]) {
    // 4: it has told the node that it takes no more.
    await eventually(async () => expect((await clients(topic)).state).toBe(4));
  }
  // Within a second it is the first one again: a terminal and a launcher may both send it.
  second.child.kill("SIGINT");
  await eventually(() => {
    second.child.kill("SIGINT");
    expect(second.child.signalCode).toBe("SIGINT");
  });
  release.resolve();

  expect((await first.exited()).code).toBe(0);
  expect(await node.channel(patient, "nsq_to_http")).toMatchObject({ depth: 0, in_flight_count: 0 });
});

test("[TL3] a lookup leads to every node that has the topic, also to those that come later", async () => {
  await using lookup = await startLookupd();
  const announced = { "lookupd-tcp-address": `127.0.0.1:${lookup.tcpPort}` };
  const flags = { "lookupd-http-address": `127.0.0.1:${lookup.httpPort}` };
  const topic = uniqueTopic();
  await using one = await startNode(announced);
  await one.act(`/pub?topic=${topic}`, "from one");
  await eventually(async () => expect((await lookup.send("GET", `/lookup?topic=${topic}`)).status).toBe(200));
  await using tail = startUtility("nsq_tail", {
    ...flags,
    topic,
    channel: "c",
    "consumer-opt": ["lookupd_poll_interval,50ms"],
  });
  await eventually(() => expect(tail.stdout).toBe("from one\n"));

  await using two = await startNode(announced);
  await two.act(`/pub?topic=${topic}`, "from two");

  await eventually(() => expect(tail.stdout).toBe("from one\nfrom two\n"));
  const stat = await runUtility("nsq_stat", { ...flags, topic, channel: "c", count: 1, interval: "1ms" });
  expect(stat.stdout).toMatch(/ 2 +2\n$/); // messages, and clients: one at each
});

test("[TL5] options of the client lead through TLS, compression and AUTH", async () => {
  using files = new CertificateFiles();
  const ca = certificate({ subject: "ca", ca: true });
  const own = certificate({ subject: "127.0.0.1", names: ["127.0.0.1"], issuer: ca });
  await using authority = await startAuthServer(everything);
  await using secure = await startNode({ ...files.flags(own), "auth-http-address": authority.address });
  const options = ["tls_v1", `tls_root_ca_file,${files.write("ca.pem", ca.certPem)}`, "auth_secret,s3cret"];
  const topic = uniqueTopic();
  const where = { topic, "nsqd-tcp-address": `127.0.0.1:${secure.tcpPort}` };

  const published = await runUtility("to_nsq", { ...where, "producer-opt": [...options, "snappy"] }, "x");
  await using tail = startUtility("nsq_tail", {
    ...where,
    channel: "c",
    "consumer-opt": [...options, "deflate=true"],
  });

  expect(published.code).toBe(0);
  await eventually(() => expect(tail.stdout).toBe("x\n"));
  const [client] = (await secure.channel(topic, "c")).clients!;
  expect(client).toMatchObject({ tls: true, deflate: true, authed: true, auth_identity: "everybody" });
});

test("[TL5] a node that is not whom its certificate names is not talked to", async () => {
  using files = new CertificateFiles();
  const own = certificate({ subject: "127.0.0.1", names: ["127.0.0.1"] });
  await using secure = await startNode(files.flags(own));

  const { code, stderr } = await runUtility(
    "to_nsq",
    { topic: "t", "nsqd-tcp-address": `127.0.0.1:${secure.tcpPort}`, "producer-opt": "tls_v1" },
    "x",
  );

  expect(code).toBe(1);
  expect(stderr).toMatch(/FATAL: .*certificate/);
});
