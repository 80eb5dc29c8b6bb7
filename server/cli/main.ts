import { logLine } from "../daemon/log-line.ts";
import { commandIn, commands } from "./commands.ts";
import { StartError } from "./config-file.ts";
import { UsageError } from "./go-flags.ts";
import { usageOf } from "./help.ts";
import { readOptions, withoutEffect } from "./read-options.ts";
import { builtWith, type Role, weirVersion } from "./role.ts";

/**
 * Runs what `args` ask for. A role goes on after this has resolved; whatever has failed to
 * start has said so on stderr, and the exit code is set: 2 for the command line, 1 for the rest.
 */
export async function main(args: readonly string[]): Promise<void> {
  const found = commandIn(args);
  if (found !== undefined) return run((await found.command.load()).default, found.rest);

  const [name] = args;
  const asked = (name ?? "").replace(/^--?/, "");
  if (["help", "h"].includes(asked)) return print(help());
  if (asked === "version") return print(`weir v${builtWith(weirVersion())}\n`);
  process.stderr.write(name === undefined ? help() : `weir: no command ${JSON.stringify(name)}\n\n${help()}`);
  process.exitCode = 2;
}

async function run(role: Role, args: readonly string[]): Promise<void> {
  if (role.endsWithParent) endWithParent();
  try {
    const read = await readOptions(role.table, args, process.env, role.wordsBefore);
    if (read.help) return print(usageOf(role.name, role.table) + (role.helpAfter ?? ""));
    if (read.options["version"] === true) return print(`${role.name} v${role.version}\n`);
    const prefix = String(read.options["log-prefix"] ?? `[${role.name}] `);
    for (const line of withoutEffect(role.table, read.given))
      process.stderr.write(logLine(prefix, "WARNING", line));
    await role.run(read);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n${usageOf(role.name, role.table)}`);
      process.exit(2);
    }
    const reason = error instanceof StartError ? error.message : ((error as Error).stack ?? String(error));
    process.stderr.write(logLine(`[${role.name}] `, "FATAL", reason));
    process.exit(1);
  }
}

/** Started by `weir up`, a role stops as it would on SIGTERM when that is gone, however it went. */
function endWithParent(): void {
  if (!process.connected) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // Listening for the end of the channel does not keep us from ending before it.
  process.channel?.unref();
}

function help(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length)) + 3;
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}\n`);
  return `Weir, a message broker that speaks NSQ.

Usage: weir <command> [flags]

${lines.join("")}
weir <command> --help explains its flags; weir --version prints the version.
`;
}

function print(text: string): void {
  process.stdout.write(text);
}
