import { readFileSync } from "node:fs";
import { logLine } from "../daemon/log-line.ts";
import { StartError } from "./config-file.ts";
import { UsageError } from "./go-flags.ts";
import { usageOf } from "./help.ts";
import type { Options } from "./option.ts";
import { type Read, readOptions } from "./read-options.ts";

const commands = `Weir, a message broker that speaks NSQ.

Usage: weir <command> [flags]

  up        everything on this machine: Postgres, a node, the console
  nsqd      a node: TCP for NSQ clients, HTTP
  console   the web pages, of any number of nodes (also: nsqadmin)

weir <command> --help explains its flags; weir --version prints the version.
`;

/** NSQ's version that clients are told; they compare it. */
const nsqVersion = "1.3.0";

/**
 * Runs what `args` ask for. A role goes on after this has resolved; whatever has failed to
 * start has said so on stderr, and the exit code is set: 2 for the command line, 1 for the rest.
 */
export async function main(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  // Each role is loaded by itself: a node does not pay for the console.
  if (command === "nsqd") return nsqd(rest);
  if (command === "console" || command === "nsqadmin") return console_(rest);
  if (command === "up") return up(rest);

  const asked = command === undefined ? "" : command.replace(/^--?/, "");
  if (["help", "h"].includes(asked)) return print(commands);
  if (asked === "version") return print(`weir v${weirVersion()} (built w/node${process.versions.node})\n`);
  process.stderr.write(
    command === undefined ? commands : `weir: no command ${JSON.stringify(command)}\n\n${commands}`,
  );
  process.exitCode = 2;
}

async function nsqd(args: readonly string[]): Promise<void> {
  endWithParent();
  const { nsqdOptions } = await import("./nsqd-options.ts");
  await role("nsqd", nsqVersion, nsqdOptions, args, async ({ options, given }) => {
    const { checkNsqd, withoutEffect } = await import("./check-nsqd.ts");
    checkNsqd(options);
    const prefix = options["log-prefix"];
    for (const name of withoutEffect(given))
      process.stderr.write(logLine(prefix, "WARNING", `--${name} has no effect yet`));
    const { runNsqd } = await import("../daemon/nsqd.ts");
    await runNsqd(options);
  });
}

async function console_(args: readonly string[]): Promise<void> {
  const { consoleOptions } = await import("./console-options.ts");
  await role("console", weirVersion(), consoleOptions, args, async ({ options }) => {
    const { newSignInLink, runConsole } = await import("../daemon/console.ts");
    if (options["new-link"]) return print(`${await newSignInLink(options["data-path"])}\n`);
    await runConsole(options);
  });
}

async function up(args: readonly string[]): Promise<void> {
  const { upOptions } = await import("./up-options.ts");
  await role(
    "up",
    weirVersion(),
    upOptions,
    args,
    async ({ options, rest }) => {
      const { runUp } = await import("../daemon/up.ts");
      await runUp(options, rest);
    },
    "\nWhat stands after -- is handed to the node: weir up -- --max-msg-size=2097152\n",
  );
}

/** Started by `weir up`, a role stops as it would on SIGTERM when that is gone, however it went. */
function endWithParent(): void {
  if (!process.connected) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // Listening for the end of the channel does not keep us from ending before it.
  process.channel?.unref();
}

async function role<Table extends Options>(
  name: string,
  version: string,
  table: Table,
  args: readonly string[],
  run: (read: Read<Table>) => Promise<void>,
  help?: string,
): Promise<void> {
  try {
    const read = await readOptions(table, args, process.env);
    if (read.help) return print(usageOf(name, table) + (help ?? ""));
    if (read.options["version"] === true)
      return print(`${name} v${version} (built w/node${process.versions.node})\n`);
    await run(read);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n${usageOf(name, table)}`);
      process.exit(2);
    }
    const reason = error instanceof StartError ? error.message : ((error as Error).stack ?? String(error));
    process.stderr.write(logLine(`[${name}] `, "FATAL", reason));
    process.exit(1);
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

function weirVersion(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}
