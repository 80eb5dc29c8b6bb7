/** A utility as its users run it: a process with a stdin, a stdout and signals. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { resolve } from "node:path";
import { type Flags, flagArguments, nodeExecutable } from "./node.ts";

const bin = resolve(import.meta.dirname, "../../bin");
const outputBytesMax = 4 * 1024 * 1024;

export interface UtilityExit {
  /** The exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export class TestUtility implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<number | NodeJS.Signals>;
  stdout = "";
  stderr = "";

  constructor(name: string, args: readonly string[], options: { readonly env?: Record<string, string> }) {
    this.child = spawn(nodeExecutable(), [resolve(bin, `${name}.mjs`), ...args], {
      env: { ...process.env, NODE_OPTIONS: "", ...options.env },
    });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout = (this.stdout + text).slice(-outputBytesMax);
    });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-outputBytesMax);
    });
    // It may be gone before it has read everything.
    this.child.stdin.on("error", () => {});
    this.#exited = new Promise((done) => {
      this.child.on("close", (code, signal) => done(code ?? signal ?? -1));
    });
    running.add(this);
    this.child.on("close", () => running.delete(this));
  }

  /** Resolves when it has ended. */
  async exited(): Promise<UtilityExit> {
    const code = await this.#exited;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<UtilityExit> {
    this.child.kill(signal);
    return this.exited();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.#exited;
  }
}

/** Starts `name`, as `nsq_tail`, with these flags. */
export function startUtility(
  name: string,
  flags: Flags,
  options: { readonly env?: Record<string, string> } = {},
): TestUtility {
  return new TestUtility(name, flagArguments(flags), options);
}

/** Runs it to its end, with `input` on its stdin. */
export async function runUtility(name: string, flags: Flags, input = ""): Promise<UtilityExit> {
  await using utility = startUtility(name, flags);
  utility.child.stdin.end(input);
  return await utility.exited();
}

const running = new Set<TestUtility>();
process.on("exit", () => {
  for (const utility of running) utility.child.kill("SIGKILL");
});
