import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { request } from "../testing/http.ts";
import { connectNode } from "../testing/lookup-node.ts";
import { TestUtility } from "../testing/utility.ts";

const anywhere = ["-tcp-address", "127.0.0.1:0", "-http-address=127.0.0.1:0"];
const logLine = /^\[nsqlookupd\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} (DEBUG|INFO|WARNING|ERROR|FATAL): ./;

const nsqlookupd = (...args: string[]) => new TestUtility("nsqlookupd", args, {});

/** The ports that it says it listens on. */
function ports(lookupd: TestUtility): Promise<{ tcp: number; http: number }> {
  return eventually(() => {
    const [tcp, http] = ["TCP", "HTTP"].map((name) =>
      Number(new RegExp(`${name}: listening on 127\\.0\\.0\\.1:(\\d+)`).exec(lookupd.stderr)?.[1]),
    );
    expect(tcp! + http!).toBeGreaterThan(0);
    return { tcp: tcp!, http: http! };
  });
}

test("[LT4] nodes are told the host's name where no other is given, and the ports that were free", async () => {
  await using lookupd = nsqlookupd(...anywhere);
  const { tcp, http } = await ports(lookupd);
  await using node = await connectNode(tcp);

  expect(JSON.parse((await node.identify())!)).toEqual({
    broadcast_address: hostname(),
    hostname: hostname(),
    http_port: http,
    tcp_port: tcp,
    version: "1.3.0",
  });
});

test("[CL3] nsqlookupd takes its options from a TOML file under NSQ's names", async () => {
  const directory = mkdtempSync(join(tmpdir(), "weir-lookupd-"));
  const file = join(directory, "nsqlookupd.cfg");
  writeFileSync(
    file,
    `tcp_address = "127.0.0.1:0"
     http_address = "127.0.0.1:1"
     broadcast_address = "lookup.example.com"
     inactive_producer_timeout = 0
     tombstone_lifetime = "1h"
     log_level = "info"
     unknown = 1`,
  );
  await using lookupd = nsqlookupd("--config", file, "--http-address=127.0.0.1:0");
  const { tcp, http } = await ports(lookupd);
  await using node = await connectNode(tcp);

  expect(await node.identify()).toContain('"broadcast_address":"lookup.example.com"');
  expect(await node.ask("REGISTER t\n")).toBe("OK");
  await eventually(async () => {
    const { text } = await request("GET", `http://127.0.0.1:${http}/lookup?topic=t`);
    expect(text).toBe('{"channels":[],"producers":[]}');
  });
  rmSync(directory, { recursive: true });
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "[CL2] %s ends nsqlookupd with 0, nodes connected or not",
  async (signal) => {
    await using lookupd = nsqlookupd(...anywhere);
    const { tcp } = await ports(lookupd);
    await using node = await connectNode(tcp);
    await node.identify();

    lookupd.child.kill(signal);
    expect((await lookupd.stop(signal)).code).toBe(0);
    expect(await node.reply()).toBeNull();
  },
);

test.each([
  ["-tcp-address", "/tmp/lookupd.sock"],
  ["-http-address", ""],
])("[CL2] %s %j is no address of nsqlookupd's", async (flag, address) => {
  await using lookupd = nsqlookupd(...anywhere, flag, address);
  const { code, stderr } = await lookupd.exited();

  expect(code).toBe(1);
  expect(stderr).toContain(`FATAL: failed to instantiate nsqlookupd - listen (${address}) failed - `);
});

test("[CL2] an address that is taken is one FATAL line and exit code 1", async () => {
  await using first = nsqlookupd(...anywhere);
  const { tcp } = await ports(first);

  await using second = nsqlookupd(...anywhere, `--tcp-address=127.0.0.1:${tcp}`);
  const { code, stderr } = await second.exited();

  expect(code).toBe(1);
  expect(stderr).toMatch(
    new RegExp(
      `^\\[nsqlookupd\\] \\S+ \\S+ FATAL: failed to instantiate nsqlookupd - listen \\(127\\.0\\.0\\.1:${tcp}\\) failed - .*\\n$`,
    ),
  );
});

test("[CL5] nsqlookupd's log has NSQ's lines", async () => {
  await using lookupd = nsqlookupd(...anywhere);
  const { tcp, http } = await ports(lookupd);
  const node = await connectNode(tcp);
  await node.identify();
  for (const command of ["REGISTER t c\n", "PING\n", "UNREGISTER t c\n", "FROB\x07\n"])
    await node.ask(command);
  await request("POST", `http://127.0.0.1:${http}/topic/create?topic=u`);

  const { stderr } = await lookupd.stop();

  const lines = stderr.trimEnd().split("\n");
  expect(lines.filter((line) => !logLine.test(line))).toEqual([]);
  for (const text of [
    /INFO: TCP: new client\(127\.0\.0\.1:\d+\)$/,
    /INFO: CLIENT\(\S+\): IDENTIFY Address:node-1\.example\.com TCP:4150 HTTP:4151 Version:1\.3\.0$/,
    /INFO: DB: client\(\S+\) REGISTER category:client key: subkey:$/,
    /INFO: DB: client\(\S+\) REGISTER category:channel key:t subkey:c$/,
    /INFO: DB: client\(\S+\) REGISTER category:topic key:t subkey:$/,
    /INFO: CLIENT\(\S+\): pinged \(last ping \S+\)$/,
    /INFO: DB: client\(\S+\) UNREGISTER category:channel key:t subkey:c$/,
    /ERROR: \[\S+\] - E_INVALID invalid command FROB\?$/,
    /INFO: DB: adding topic\(u\)$/,
    /INFO: 200 POST \/topic\/create\?topic=u \(127\.0\.0\.1:\d+\) \S+$/,
  ]) {
    expect(lines).toContainEqual(expect.stringMatching(text));
  }
});
