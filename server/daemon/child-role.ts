import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Running } from "./kept-running.ts";

export interface ChildRoleOptions {
  /** What follows `weir` on its command line. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly readyMsMax: number;
  readonly stopMsMax: number;
  /** Gives the start up. */
  readonly signal: AbortSignal;
}

const launcher = fileURLToPath(new URL("../../bin/weir.mjs", import.meta.url));

/**
 * Starts a role as a child process that ends when we do: it sees our channel close.
 * Resolves with what it says of itself, `{ type: "ready", … }`, and the process.
 */
export async function startChildRole<Ready extends { type: "ready" }>(
  options: ChildRoleOptions,
): Promise<{ ready: Ready; running: Running }> {
  // A group of its own: Ctrl-C in a terminal is for us alone, we stop the roles in order.
  const child = spawn(process.execPath, [launcher, ...options.args], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, ...options.env },
  });
  let isDone = false;
  child.on("message", (message) => {
    if ((message as { type?: unknown } | null)?.type === "done") isDone = true;
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });

  const ready = await new Promise<Ready>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`not ready within ${options.readyMsMax / 1_000} s`));
    }, options.readyMsMax);
    const giveUp = () => child.kill("SIGTERM");
    options.signal.addEventListener("abort", giveUp);
    child.on("message", (message) => {
      if ((message as { type?: unknown } | null)?.type !== "ready") return;
      clearTimeout(late);
      options.signal.removeEventListener("abort", giveUp);
      resolve(message as Ready);
    });
    ended.then((how) => {
      clearTimeout(late);
      reject(new Error(how));
    });
  });
  return {
    ready,
    running: { ended, isDone: () => isDone, stop: () => stop(child, ended, options.stopMsMax) },
  };
}

async function stop(child: ChildProcess, ended: Promise<string>, stopMsMax: number): Promise<void> {
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), stopMsMax);
  await ended;
  clearTimeout(hard);
}
