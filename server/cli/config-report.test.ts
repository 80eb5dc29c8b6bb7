import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const launcher = resolve(import.meta.dirname, "../../bin/weir.mjs");
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "weir-check-config-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function check(...args: string[]) {
  const env = { ...process.env, DATABASE_URL: "postgres://u:hunter2@h/d", WEIR_CLUSTER: "blue" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, "check-config", ...args], {
    encoding: "utf8",
    env,
  });
  return { status, stdout: stdout.replace(/ {2,}/g, "  "), stderr };
}

function file(content: string): string {
  const path = join(directory, "nsqd.toml");
  writeFileSync(path, content);
  return path;
}

test("[CC1] each option stands there with its value and where that is from", () => {
  const path = file('mem_queue_size = "25"\nmsg_timeout = 90000\nsnappy = true');

  const { status, stdout, stderr } = check("nsqd", `--config=${path}`, "-snappy=false", "--node-id=7");

  expect(stderr).toBe("");
  expect(status).toBe(0);
  for (const line of [
    `  mem-queue-size  25  ${path} mem_queue_size`,
    `  msg-timeout  1m30s  ${path} msg_timeout`,
    "  snappy  false  command line",
    "  node-id  7  command line",
    '  cluster  "blue"  environment WEIR_CLUSTER',
    "  max-rdy-count  2500  default",
    "  max-msg-timeout  15m0s  default",
    '  data-path  ""  default, the working directory',
    "  database-url  (not shown)  environment DATABASE_URL",
  ]) {
    expect(stdout.split("\n")).toContain(line);
  }
  expect(stdout).not.toContain("hunter2");
});

test("[CC1] no secret is shown that is part of a value", () => {
  const { stdout } = check(
    "nsq_to_http",
    ...["--topic=t", "--lookupd-http-address=l:1", "--post=https://me:hunter2@example.com/x"],
    ...[
      "--header=Authorization: Bearer hunter2",
      "--consumer-opt=auth_secret,hunter2",
      "--consumer-opt=snappy",
    ],
  );

  expect(stdout).toContain('  post  ["https://…@example.com/x"]  command line');
  expect(stdout).toContain('  header  ["Authorization: …"]  command line');
  expect(stdout).toContain("  consumer-opt  (not shown)  command line");
  expect(stdout).not.toContain("hunter2");
});

test("[CC1] --given leaves out what nobody has set", () => {
  const { stdout } = check("--given", "console", "--http-address=127.0.0.1:1");

  expect(stdout.split("\n").filter((line) => line.startsWith("  "))).toEqual([
    '  http-address  "127.0.0.1:1"  command line',
    "  database-url  (not shown)  environment DATABASE_URL",
    '  cluster  "blue"  environment WEIR_CLUSTER',
  ]);
});

test.each([
  [["nsqd", "--node-id=2000"], 1, "--node-id must be [0,1024)"],
  [["nsqd", "--config=/nowhere/nsqd.toml"], 1, "failed to load config file /nowhere/nsqd.toml"],
  [["nsqd", "--data-path=/nowhere"], 1, "--data-path: ENOENT"],
  [["nsqd", "--cluster-secret-file=/"], 1, "--cluster-secret-file: / is no file"],
  [
    ["console", "--nsqd-http-address=a:1", "--cluster-secret-file=/nowhere"],
    1,
    "--cluster-secret-file: ENOENT",
  ],
  [["nsqd", "--bogus"], 2, "flag provided but not defined: -bogus"],
  [["nsqdd"], 2, 'no command "nsqdd" to check'],
  [[], 2, 'no command "" to check'],
  [["toString"], 2, 'no command "toString" to check'],
])("[CC1] %j ends with %i: %s", (args, code, message) => {
  const { status, stderr } = check(...args);

  expect(status).toBe(code);
  expect(stderr).toContain(message);
});

test("[CC2] a key that is ignored is named, and what was probably meant", () => {
  const path = file(
    "node_id = 5\nlookupd_tcp_addresses = ['a:1']\nmem-queue-size = 1\nfoo = 1\nconfig = 'x'",
  );

  const { status, stdout } = check("nsqd", `--config=${path}`);

  expect(status).toBe(0);
  expect(stdout).toContain(`${path}: node_id is ignored; --node-id is id in a file\n`);
  expect(stdout).toContain(
    `${path}: lookupd_tcp_addresses is ignored; --lookupd-tcp-address is nsqlookupd_tcp_addresses in a file\n`,
  );
  expect(stdout).toContain(
    `${path}: mem-queue-size is ignored; --mem-queue-size is mem_queue_size in a file\n`,
  );
  expect(stdout).toContain(`${path}: foo is ignored\n`);
  expect(stdout).toContain(`${path}: config is ignored\n`);
});

test("[CC2] an option that changes nothing is named", () => {
  const { stdout } = check("nsqd", "--sync-every=1", "--enable-experiment=x");

  expect(stdout).toContain("--sync-every has no effect\n");
  expect(stdout).toContain("--enable-experiment has no effect yet\n");
});
