/**
 * The pages' process: plain `next start` on a loopback port of its own, with nothing worth stealing in its
 * environment (CP1). Started again after a growing pause when it dies; ends with this process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { BackOff, pause } from "../back-off.ts";

const readyPollMs = 50;
const readyMsMax = 60_000;
const stopMsMax = 5_000;
/** Having served so long, its end is an accident of its own. */
const settledMs = 60_000;
/** What of our environment it may see. */
const passed = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "NODE_EXTRA_CA_CERTS"];

export interface NextOptions {
  /** Where `.next` is. */
  readonly directory: string;
  /** Where the pages read from, with the visitor's cookie. */
  readonly apiUrl: string;
  /** Where everything stands, without a slash at its end: empty for the root. The pages were built for it. */
  readonly base: string;
  readonly warn: (message: string) => void;
  /** What is run, instead of `next start`: its arguments after Node's own. */
  readonly program?: (port: number) => readonly string[];
}

export class NextProcess {
  readonly #options: NextOptions;
  readonly #stopped = new AbortController();
  #child: ChildProcess | null = null;
  #done: Promise<void> = Promise.resolve();
  /** `http://127.0.0.1:port` while it serves, else null. */
  url: string | null = null;

  constructor(options: NextOptions) {
    this.#options = options;
  }

  /** Resolves when it serves, or when its first start has failed: it is tried again either way. */
  start(): Promise<void> {
    const first = Promise.withResolvers<void>();
    this.#done = this.#run(first.resolve).finally(first.resolve);
    return first.promise;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#child?.kill("SIGTERM");
    const hard = setTimeout(() => this.#child?.kill("SIGKILL"), stopMsMax);
    await this.#done;
    clearTimeout(hard);
  }

  async #run(started: () => void): Promise<void> {
    const backOff = new BackOff();
    const signal = this.#stopped.signal;
    while (!signal.aborted) {
      const startedMs = performance.now();
      const why = await this.#serve(started).catch((error: Error) => error.message);
      started();
      if (signal.aborted) return;
      if (performance.now() - startedMs > settledMs) backOff.reset();
      const pauseMs = backOff.next();
      this.#options.warn(`the pages' process ended (${why}); started again in ${Math.round(pauseMs)} ms`);
      await pause(pauseMs, signal);
    }
  }

  /** Runs it once. Resolves with how it ended. */
  async #serve(started: () => void): Promise<string> {
    const port = await freePort();
    const child = this.#spawn(port);
    this.#child = child;
    let ended = false;
    const end = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
    }).finally(() => {
      ended = true;
    });
    if (this.#stopped.signal.aborted) child.kill("SIGTERM");
    const deadlineMs = performance.now() + readyMsMax;
    while (!ended && this.url === null) {
      if (await answers(port)) {
        this.url = `http://127.0.0.1:${port}`;
        started();
      } else if (performance.now() > deadlineMs) child.kill("SIGKILL");
      else await pause(readyPollMs, this.#stopped.signal);
      if (this.#stopped.signal.aborted) break;
    }
    const how = await end;
    this.url = null;
    this.#child = null;
    return how;
  }

  #spawn(port: number): ChildProcess {
    const env: Record<string, string> = {
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      WEIR_API_URL: this.#options.apiUrl,
      WEIR_BASE_PATH: this.#options.base,
    };
    for (const name of passed) if (process.env[name] !== undefined) env[name] = process.env[name];
    const program = this.#options.program ?? ((at: number) => nextStart(this.#options.directory, at));
    const guard = new URL("./guard.mjs", import.meta.url).href;
    const child = spawn(process.execPath, ["--import", guard, ...program(port)], {
      env: env as NodeJS.ProcessEnv,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.setEncoding("utf8");
    child.stderr?.on("data", (text: string) => this.#options.warn(`pages: ${text.trim().slice(0, 2_000)}`));
    return child;
  }
}

function nextStart(directory: string, port: number): readonly string[] {
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  return [next, "start", directory, "-H", "127.0.0.1", "-p", String(port)];
}

/** One that the system has free now. Somebody else may take it first: then the start fails and is repeated. */
async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const say = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => say(true));
    socket.once("error", () => say(false));
  });
}
