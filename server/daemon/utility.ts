/**
 * What a utility has of the process it runs in: signals that ask it to stop, a log on stderr,
 * a line of progress there for who watches, and a stdout that may be slow or gone.
 */
import { once } from "node:events";
import { Progress } from "../tools/progress.ts";
import { type LogLevel, NodeLog } from "./node-log.ts";
import { whenAskedToStop } from "./stop-signals.ts";

export interface Utility {
  /** Aborted by the first SIGINT or SIGTERM; another one ends the process as it would any other. */
  readonly stopped: AbortSignal;
  log(level: LogLevel, text: string): void;
  /** Resolves when stdout has taken it. */
  print(text: string | Uint8Array): Promise<void>;
  /** From now on, and where somebody watches, `text()` stands below the log. */
  progress(text: () => string): void;
}

export interface UtilityLog {
  readonly prefix: string;
  readonly level: LogLevel;
}

/** What shells report of a program whose reader has gone. */
const readerGoneExitCode = 141;

/** Runs `work` and exits: with 0 when it resolves; with 1, after a line that says why, when it rejects. */
export async function runUtility(log: UtilityLog, work: (utility: Utility) => Promise<void>): Promise<never> {
  const stop = new AbortController();
  whenAskedToStop(["SIGINT", "SIGTERM"], () => stop.abort(), endBy);
  // Its callbacks have told.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});

  const lines = new NodeLog(log.prefix, log.level);
  let progress: Progress | null = null;
  const utility: Utility = {
    stopped: stop.signal,
    log: (level, text) => {
      progress?.clear();
      lines.log(level, text);
    },
    print,
    progress: (text) => {
      progress = new Progress(process.stderr, text);
    },
  };
  try {
    await work(utility);
    endProgress(progress);
  } catch (error) {
    endProgress(progress);
    lines.log("fatal", (error as Error).message);
    process.exit(1);
  }
  process.exit(0);
}

function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Resolves when the utility has been asked to stop. */
export async function untilStopped({ stopped }: Utility): Promise<void> {
  if (!stopped.aborted) await once(stopped, "abort");
}

function endProgress(progress: Progress | null): void {
  progress?.[Symbol.dispose]();
}

function print(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error == null) resolve();
      else if ((error as NodeJS.ErrnoException).code === "EPIPE") process.exit(readerGoneExitCode);
      else reject(error);
    });
  });
}
