import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkNsqd } from "./check-nsqd.ts";
import { commands } from "./commands.ts";
import { fileKeyOf } from "./config-file.ts";
import { nsqdOptions } from "./nsqd-options.ts";
import type { Options } from "./option.ts";
import { readOptions, withoutEffect } from "./read-options.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "weir-cli-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function read(args: readonly string[], env: Record<string, string> = {}) {
  return readOptions(nsqdOptions, args, env);
}

let files = 0;
function file(content: string): string {
  const path = join(directory, `${++files}.toml`);
  writeFileSync(path, content);
  return path;
}

/** A value each kind of option takes. */
const samples: Readonly<Record<string, string>> = { int: "7", float: "0.5", duration: "3s", "": "true" };
const own: Readonly<Record<string, string>> = {
  "tls-required": "tcp-https",
  "e2e-processing-latency-percentile": "0.5",
  "database-url": "postgres://localhost/weir",
  "consumer-opt": "max_attempts,7",
  "producer-opt": "tls-v1",
  "page-opt": "tls-v1",
};

function sampleOf(name: string, option: Options[string]): string {
  return own[name] ?? option.words?.[0] ?? samples[option.kind] ?? "word";
}

const roles = await Promise.all(
  Object.entries(commands).map(async ([command, { load }]) => ({
    command,
    table: (await load()).default.table,
  })),
);

describe.each(roles)("$command", ({ table }) => {
  test.each(Object.entries(table))("[CL1] %s is taken with one dash, two, and =", async (name, option) => {
    const text = sampleOf(name, option);
    const expected = option.parse(text, undefined);
    const ways = [[`-${name}=${text}`], [`--${name}=${text}`]];
    if (!option.boolean) ways.push([`-${name}`, text], [`--${name}`, text]);

    for (const args of ways.filter(() => name !== "config")) {
      const { options, given } = await readOptions(table, args, {});
      expect(options[name], args.join(" ")).toEqual(expected);
      expect([...given]).toEqual([[name, "command line"]]);
    }
  });
});

describe.each(roles.filter(({ table }) => Object.hasOwn(table, "config")))(
  "a file of $command",
  ({ table }) => {
    const inFile = Object.entries(table).filter(([name]) => name !== "config" && name !== "version");

    test.each(inFile)("[CL3] has %s under its key", async (name, option) => {
      const text = sampleOf(name, option);
      const path = file(`${fileKeyOf(name, option)} = ${JSON.stringify(text)}`);

      const { options, given } = await readOptions(table, [`--config=${path}`], {});

      expect(options[name]).toEqual(option.parse(text, undefined));
      expect([...given.entries()]).toContainEqual([name, "file"]);
    });
  },
);

test.each([
  [["-snappy"], true],
  [["-snappy=false"], false],
  [["--snappy=F"], false],
  [["-snappy", "false"], true],
])("[CL1] %j makes a boolean %s, whose value never is the next argument", async (args, expected) => {
  expect((await read(args)).options.snappy).toBe(expected);
});

test("[CL1] a list is given once a value, and what stands after the first non-flag is not read", async () => {
  const args = ["-lookupd-tcp-address=a:1", "--lookupd-tcp-address", "b:2", "rest", "--node-id=5"];
  const { options, rest } = await read(args);

  expect(options["lookupd-tcp-address"]).toEqual(["a:1", "b:2"]);
  expect(rest).toEqual(["rest", "--node-id=5"]);
});

test.each([
  ["1h2m3s", 3_723_000],
  ["250ms", 250],
  ["1.5s", 1_500],
  ["-2s", -2_000],
  ["1us", 0.001],
  ["0", 0],
])("[CL1] the duration %s is %d ms", async (text, ms) => {
  expect((await read(["-msg-timeout", text])).options["msg-timeout"]).toBe(ms);
});

test.each([
  ["0x10", 16],
  ["010", 8],
  ["1_000", 1_000],
  ["-5", -5],
])("[CL1] the number %s is %d", async (text, value) => {
  expect((await read([`-mem-queue-size=${text}`])).options["mem-queue-size"]).toBe(value);
});

test.each([
  [["-bogus"], "flag provided but not defined: -bogus"],
  [["-node-id"], "flag needs an argument: -node-id"],
  [["-node-id=x"], 'invalid value "x" for flag -node-id: parse error'],
  [["-node-id=9007199254740993"], 'invalid value "9007199254740993" for flag -node-id: value out of range'],
  [["-msg-timeout=60"], 'invalid value "60" for flag -msg-timeout: parse error'],
  [["-snappy=maybe"], 'invalid boolean value "maybe" for flag -snappy: parse error'],
  [
    ["-log-level=warning"],
    'invalid value "warning" for flag -log-level: must be one of debug, info, warn, error, fatal',
  ],
  [["---node-id=1"], "bad flag syntax: ---node-id=1"],
  [["-=1"], "bad flag syntax: -=1"],
  [["--constructor=1"], "flag provided but not defined: -constructor"],
])("[CL2] %j is refused: %s", async (args, message) => {
  await expect(read(args)).rejects.toThrow(message);
});

test.each([
  [["-max-deflate-level=10"], "--max-deflate-level must be [1,9]"],
  [["-node-id=1024"], "--node-id must be [0,1024)"],
  [["-node-id=-1"], "--node-id must be [0,1024)"],
  [["-tls-required"], "cannot require TLS client connections without TLS key and cert"],
  [["-tls-client-auth-policy=require"], "cannot require TLS client connections without TLS key and cert"],
  [["-auth-http-request-method=GET"], "--auth-http-request-method must be post or get"],
  [["-e2e-processing-latency-percentile=0.5,1.5"], "invalid E2E processing latency percentile: 1.5"],
  [
    [`-e2e-processing-latency-percentile=${"0.5,".repeat(16)}0.9`],
    "--e2e-processing-latency-percentile may be given 16 times",
  ],
  [["-e2e-processing-latency-window-time=0s"], "--e2e-processing-latency-window-time must be positive"],
  [["-statsd-interval=0s"], "--statsd-interval must be positive"],
  [["-statsd-udp-packet-size=0"], "--statsd-udp-packet-size must be positive"],
  [["-tls-required=tcp-https"], "cannot require TLS client connections without TLS key and cert"],
  [
    ["-tls-cert=c", "-tls-key=k", "-tls-client-auth-policy=requires"],
    "--tls-client-auth-policy must be require or require-verify",
  ],
])("[CL2] a node does not start with %j: %s", async (args, message) => {
  const { options } = await read(args);

  expect(() => checkNsqd(options)).toThrow(`failed to instantiate nsqd - ${message}`);
});

test("[CL2] the defaults are a combination that starts, and nothing is warned about", async () => {
  const { options, given } = await read([]);

  expect(() => checkNsqd(options)).not.toThrow();
  expect(withoutEffect(nsqdOptions, given)).toEqual([]);
  expect(withoutEffect(nsqdOptions, (await read(["-sync-every=1", "-verbose"])).given)).toEqual([
    "--sync-every has no effect",
  ]);
});

test("[CL3] a file says what it likes in strings, numbers, arrays and lists with commas", async () => {
  const config = file(`
    id = 17
    node_id = 18
    mem_queue_size = "25"
    msg_timeout = 1500
    max_msg_timeout = "2m"
    snappy = false
    nsqlookupd_tcp_addresses = ["a:1", "b:2"]
    auth_http_addresses = "c:3, d:4"
    e2e_processing_latency_percentiles = [1.0, 0.95]
    unknown_key = "ignored"
  `);
  const { options, given, ignoredKeys } = await read(["--config", config]);

  expect(ignoredKeys).toEqual(["node_id", "unknown_key"]);
  expect(given.get("node-id")).toBe("file");
  expect(options).toMatchObject({
    "node-id": 17,
    "mem-queue-size": 25,
    "msg-timeout": 1_500,
    "max-msg-timeout": 120_000,
    snappy: false,
    "lookupd-tcp-address": ["a:1", "b:2"],
    "auth-http-address": ["c:3", "d:4"],
    "e2e-processing-latency-percentile": [1, 0.95],
  });
});

test("[CL3] empty lines of NSQ's example files mean what is there without them", async () => {
  const config = file(`
    tls_cert = ""
    tls_key = ""
    tls_min_version = ""
    statsd_address = ""
    broadcast_address = "h"
    max_output_buffer_timeout = "1m0s"
    tls_required = false
  `);
  const { options } = await read([`--config=${config}`]);

  expect(options).toEqual({
    ...(await read([])).options,
    ...{ config, "broadcast-address": "h", "max-output-buffer-timeout": 60_000 },
  });
  expect(() => checkNsqd(options)).not.toThrow();
});

test("[CL3] the command line decides before the environment, that before the file, that before the default", async () => {
  const config = file("mem_bytes = 1\nmem_queue_size = 1\ncluster = 'file'");
  const env = { WEIR_MEM_BYTES: "2", WEIR_CLUSTER: "env", WEIR_HTTP_ALLOWED_HOST: "a.example, b.example" };

  const { options, given } = await read([`--config=${config}`, "-mem-bytes=3"], env);

  expect(options["mem-bytes"]).toBe(3);
  expect(options.cluster).toBe("env");
  expect(options["http-allowed-host"]).toEqual(["a.example", "b.example"]);
  expect(options["mem-queue-size"]).toBe(1);
  expect(options["max-rdy-count"]).toBe(2_500);
  expect(given.get("mem-bytes")).toBe("command line");
  expect(given.get("cluster")).toBe("environment");
  expect(given.get("mem-queue-size")).toBe("file");
  expect(given.has("max-rdy-count")).toBe(false);
});

test("[CL3] an option of NSQ's is not read from the environment", async () => {
  expect((await read([], { WEIR_MEM_QUEUE_SIZE: "5" })).options["mem-queue-size"]).toBe(10_000);
});

test.each([
  ["msg_timeout = 'soon'", "msg_timeout: parse error"],
  ["mem_queue_size = [1, 2]", "mem_queue_size: takes one value"],
  ["this is no TOML", "failed to load config file"],
])("[CL3] the file %j ends the start: %s", async (content, message) => {
  await expect(read(["--config", file(content)])).rejects.toThrow(message);
});

test("[CL3] a database's password is repeated in no message", async () => {
  const failures = await Promise.allSettled([
    read(["--database-url", "mysql://u:hunter2@h/d"]),
    read([], { DATABASE_URL: "mysql://u:hunter2@h/d" }),
    read(["--config", file("database_url = 'mysql://u:hunter2@h/d'")]),
  ]);

  const messages = failures.map((failure) =>
    failure.status === "rejected" ? String(failure.reason) : "accepted",
  );
  for (const message of messages) expect(message).toContain("must begin with postgres://");
  expect(messages.join()).not.toContain("hunter2");
});
