import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { commands } from "./commands.ts";

const root = resolve(import.meta.dirname, "../..");
const launcher = resolve(root, "bin/weir.mjs");
const { bin } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8")) as {
  bin: Record<string, string>;
};
const roles = await Promise.all(
  Object.entries(commands).map(async ([command, { load }]) => ({ command, role: (await load()).default })),
);

function weir(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe.each(roles)("$command", ({ command, role }) => {
  test("[CL1] --help explains every flag", () => {
    const { status, stdout } = weir(...command.split(" "), "--help");

    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage of ${role.name}:\n`));
    for (const [name, option] of Object.entries(role.table))
      expect(stdout).toContain(`  -${`${name} ${option.kind}`.trim()}\n    \t${option.help}`);
  });

  test("[CL2] a flag it does not know is a message, its usage and exit code 2", () => {
    const { status, stderr } = weir(...command.split(" "), "--bogus");

    expect(status).toBe(2);
    expect(stderr).toMatch(new RegExp(`^flag provided but not defined: -bogus\nUsage of ${role.name}:\n`));
  });

  test("[CL4] --version is one line and exit code 0", () => {
    const { status, stdout } = weir(...command.split(" "), "--version");

    expect(status).toBe(0);
    expect(stdout).toBe(`${role.name} v${role.version}\n`);
    expect(stdout).toMatch(/^[\w -]+ v\d+\.\d+\.\d+( \(built w\/node[\d.]+\))?\n$/);
  });
});

test.each(Object.entries(bin).filter(([name]) => name !== "weir"))(
  "[CL4] %s is a program by itself, too",
  (name, path) => {
    const { status, stdout } = spawnSync(process.execPath, [path, "--help"], { encoding: "utf8", cwd: root });

    expect(status).toBe(0);
    expect(stdout.split("\n")[0]).toBe(`Usage of ${name}:`);
  },
);

test("[CL4] a node says the version of NSQ that it speaks", () => {
  expect(weir("nsqd", "-version").stdout).toBe(`nsqd v1.3.0 (built w/node${process.versions.node})\n`);
});

test("[CL4] under a parent with a channel to it, the version is printed and that is all", async () => {
  const child = fork(launcher, ["nsqd", "--version"], { silent: true });

  const [code] = await once(child, "exit");

  expect(code).toBe(0);
});

test("[CL2] a combination that cannot start is one FATAL line and exit code 1", () => {
  const { status, stderr } = weir("nsqd", "--node-id=2000");

  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^\[nsqd\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} FATAL: failed to instantiate nsqd - --node-id must be \[0,1024\)\n$/,
  );
});

test("[CL2] a command that is none is exit code 2, and the commands are listed", () => {
  const { status, stderr } = weir("nsqdd");

  expect(status).toBe(2);
  expect(stderr).toContain('no command "nsqdd"');
  expect(stderr).toContain("weir <command> --help");
  for (const name of Object.keys(commands)) expect(stderr).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
});

test.each([
  [["user"], "one of add, list, link, disable, enable is needed"],
  [["user", "add"], "add needs the name of a user"],
  [["user", "add", "ada", "--role=queen"], "must be one of viewer, operator, admin"],
  [["user", "add", "ada", "--topic=a b"], "must be a name, with * for any run of characters"],
  [["user", "add", "ada", "--password=x"], "flag provided but not defined: -password"],
  [["user", "list", "ada"], 'not understood: "ada"'],
] as const)("[CL7] weir console %j is refused with the usage and exit code 2", (args, reason) => {
  const { status, stderr } = weir("console", ...args);

  expect(status).toBe(2);
  expect(stderr).toContain(reason);
  expect(stderr).toContain("Usage of console user:");
});

test("[CL7] people need a Postgres: without one that is one FATAL line and exit code 1", () => {
  const { status, stderr } = weir("console", "user", "list", "--data-path=/nowhere");

  expect(status).toBe(1);
  expect(stderr).toContain("FATAL: no Postgres: none in /nowhere/postgres, and --database-url names none");
});
