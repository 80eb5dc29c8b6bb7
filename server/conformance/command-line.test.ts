import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { request } from "../testing/http.ts";
import { newNode, startNode } from "../testing/node.ts";

const logLine = /^\[nsqd\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} (DEBUG|INFO|WARNING|ERROR|FATAL): ./;

test("[CL5] a line of the log is prefix, local time, level and text", async () => {
  await using node = await startNode();
  await node.act("/topic/create?topic=t");
  await node.act("/channel/create?topic=t&channel=c");

  await node.stop();

  const lines = node.stderr.trimEnd().split("\n");
  expect(lines.filter((line) => !logLine.test(line))).toEqual([]);
  for (const text of [
    /INFO: TCP: listening on 127\.0\.0\.1:\d+$/,
    /INFO: HTTP: listening on 127\.0\.0\.1:\d+$/,
    /INFO: TOPIC\(t\): created$/,
    /INFO: TOPIC\(t\): new channel\(c\)$/,
    /INFO: 200 POST \/topic\/create\?topic=t \(127\.0\.0\.1:\d+\) \S+$/,
    /INFO: NSQ: bye$/,
  ]) {
    expect(lines).toContainEqual(expect.stringMatching(text));
  }
});

test("[CL5] --log-level keeps lower levels out, and PUT log_level changes it at once", async () => {
  await using node = await startNode({ "log-level": "error", "log-prefix": "[me] " });

  await node.act("/topic/create?topic=quiet");
  expect((await request("PUT", `${node.httpUrl}/config/log_level`, "info")).status).toBe(200);
  await node.act("/topic/create?topic=loud");

  await eventually(() => expect(node.stderr).toMatch(/\[me\] .* INFO: TOPIC\(loud\): created/));
  expect(node.stderr).not.toContain("quiet");
  expect(node.stderr).not.toContain("listening on");
});

/** GET over a unix socket. */
function getOver(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ socketPath, path, headers: { host: "localhost" } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve(text));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

test("[CL6] addresses without a port are paths of unix sockets", async () => {
  await using node = await newNode({ "tcp-address": "nsqd.sock", "http-address": "http.sock" });
  const [tcp, http] = ["nsqd.sock", "http.sock"].map((name) => join(node.dataPath, name)) as [string, string];
  node.launch();
  await eventually(async () => expect(await getOver(http, "/ping")).toBe("OK"));

  await using client = await connect(tcp);
  await client.expectAlive();
  client.pub("t", "body");
  client.sub("t", "c");
  await client.expectOk(2);
  client.rdy(1);

  expect((await client.nextMessage()).body.toString()).toBe("body");
  expect(JSON.parse(await getOver(http, "/info"))).toMatchObject({ tcp_port: -1, http_port: -1 });
  const { topics } = JSON.parse(await getOver(http, "/stats?format=json&topic=t"));
  expect(topics[0].channels[0].clients[0].remote_address).toBe("@");
});

test("[CL6] a killed node's sockets do not keep the next one from listening, a running one's do", async () => {
  const flags = { "tcp-address": "nsqd.sock", "http-address": "http.sock" };
  await using node = await newNode(flags);
  const http = join(node.dataPath, "http.sock");
  const serves = () => eventually(async () => expect(await getOver(http, "/ping")).toBe("OK"));
  node.launch();
  await serves();
  await node.kill();
  node.launch();
  await serves();

  await using other = await newNode({ ...flags, "http-address": http });
  other.launch();

  expect(await other.exited()).toBe(1);
  expect(other.stderr).toMatch(
    /FATAL: failed to instantiate nsqd - listen \(.*http\.sock\) failed - .*EADDRINUSE/,
  );
  await serves();
});

test("[CL6] an empty --http-address disables HTTP", async () => {
  await using node = await startNode({ "http-address": "" });
  await using client = await connect(node.tcpPort);

  await client.expectAlive();
  await node.stop();

  expect(node.stderr).not.toContain("HTTP: listening");
});
