/**
 * Every role on this machine: Postgres, a node, the console.
 *
 * All are started at once, as a node serves before Postgres answers, and stopped in
 * reverse: the console, then the node, which writes what it holds, then Postgres.
 * When this process is killed the roles see their channel close and stop by themselves.
 */

import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { UpOptions } from "../cli/up-options.ts";
import { postgresUrl, startPostgres } from "../postgres/embedded.ts";
import { type ChildRoleOptions, startChildRole } from "./child-role.ts";
import { KeptRunning, type Running } from "./kept-running.ts";

interface NodeReady {
  readonly type: "ready";
  /** Where it listens, `address:port`. */
  readonly tcp: string;
  readonly http: string;
}

interface ConsoleReady {
  readonly type: "ready";
  readonly url: string;
  /** Good for one sign-in. */
  readonly signInUrl: string;
}

const readyMsMax = 60_000;
/** A node that stops writes all it holds in memory. */
const stopMsMax = 60_000;

/** Runs until SIGTERM, SIGINT or SIGHUP, then stops everything. `nodeFlags` are handed to the node as they are. */
export async function runUp(options: UpOptions, nodeFlags: readonly string[]): Promise<void> {
  const startedMs = performance.now();
  const stopping = new AbortController();
  const asked = untilAskedToStop();
  asked.then(() => stopping.abort());

  const roles = new Roles(options, nodeFlags, stopping.signal);
  const starts = roles.start();
  try {
    await Promise.race([Promise.all(starts), asked]);
    if (!stopping.signal.aborted) say(roles.summary((performance.now() - startedMs) / 1_000));
    await asked;
    say("\nStopping …");
  } catch (error) {
    process.stderr.write(`Weir did not start: ${(error as Error).message}\n`);
    process.exitCode = 1;
    stopping.abort();
  }

  for (const start of starts.toReversed()) {
    const kept = await start.catch(() => null);
    await kept?.stop();
  }
  if (process.exitCode !== 1) say("Stopped.");
  process.exit();
}

class Roles {
  readonly #options: UpOptions;
  readonly #nodeFlags: readonly string[];
  readonly #signal: AbortSignal;
  readonly #env: Record<string, string> = {};
  readonly #secretFile: string;
  /** As first given to the system, so that a node that comes back has the ports it had. */
  #node: NodeReady | null = null;
  #console: ConsoleReady | null = null;

  constructor(options: UpOptions, nodeFlags: readonly string[], signal: AbortSignal) {
    this.#options = options;
    this.#nodeFlags = nodeFlags;
    this.#signal = signal;
    this.#secretFile = prepareDataPath(options["data-path"]);
  }

  /** In the order in which what needs another comes after it. */
  start(): Promise<KeptRunning>[] {
    const postgres =
      this.#options["database-url"] === "" ? [this.#keep("Postgres", this.#startPostgres())] : [];
    if (postgres.length === 0) this.#env["DATABASE_URL"] = this.#options["database-url"];
    const node = this.#keep("node", () => this.#startNode());
    // Only a port that the system chooses has to be waited for.
    const found = this.#options["http-address"].endsWith(":0") ? node : Promise.resolve();
    const console_ = found.then(() => this.#keep("console", () => this.#startConsole()));
    return [...postgres, node, console_];
  }

  #keep(name: string, start: () => Promise<Running>): Promise<KeptRunning> {
    const startedMs = performance.now();
    const kept = KeptRunning.start({ name, start, report: say });
    return kept.then(
      (running) => {
        if (!this.#signal.aborted)
          say(`${name.padEnd(9)} ready after ${seconds(performance.now() - startedMs)}`);
        return running;
      },
      (cause) => {
        throw new Error(`${name}: ${cause.message}`, { cause });
      },
    );
  }

  #startPostgres(): () => Promise<Running> {
    const dataDir = join(resolve(this.#options["data-path"]), "postgres");
    this.#env["DATABASE_URL"] = postgresUrl(dataDir);
    if (!existsSync(join(dataDir, "data"))) say(`Postgres  makes its database in ${shown(dataDir)} (once)`);
    const verbose = this.#options["log-level"] === "debug";
    return async () => {
      const ended = Promise.withResolvers<string>();
      const server = await startPostgres({
        dataDir,
        onExit: ended.resolve,
        ...(verbose && { onLog: (line) => void process.stderr.write(`[postgres] ${line}\n`) }),
      });
      return { ended: ended.promise, stop: () => server.stop() };
    };
  }

  async #startNode(): Promise<Running> {
    const tcp = this.#node?.tcp ?? this.#options["tcp-address"];
    const args = [
      "nsqd",
      ...this.#shared("node"),
      `--tcp-address=${tcp}`,
      `--http-address=${this.#node?.http ?? this.#options["http-address"]}`,
      ...(isLoopback(tcp) ? ["--broadcast-address=127.0.0.1"] : []),
      `--mem-queue-size=${this.#options["mem-queue-size"]}`,
      `--mem-bytes=${this.#options["mem-bytes"]}`,
      ...this.#nodeFlags,
    ];
    const { ready, running } = await startChildRole<NodeReady>(this.#child(args));
    this.#node = ready;
    return running;
  }

  async #startConsole(): Promise<Running> {
    const args = [
      "console",
      ...this.#shared("console"),
      `--http-address=${this.#options["console-http-address"]}`,
      `--nsqd-http-address=${reachable(this.#node?.http ?? this.#options["http-address"])}`,
    ];
    const { ready, running } = await startChildRole<ConsoleReady>(this.#child(args));
    if (this.#console !== null) say(`sign in   ${ready.signInUrl}`);
    this.#console = ready;
    return running;
  }

  #shared(directory: string): string[] {
    const dataPath = join(resolve(this.#options["data-path"]), directory);
    mkdirSync(dataPath, { recursive: true });
    return [
      `--log-level=${this.#options["log-level"]}`,
      `--data-path=${dataPath}`,
      `--cluster=${this.#options.cluster}`,
      `--cluster-secret-file=${this.#secretFile}`,
      ...this.#options["http-allowed-host"].map((host) => `--http-allowed-host=${host}`),
    ];
  }

  #child(args: readonly string[]): ChildRoleOptions {
    return { args, env: this.#env, readyMsMax, stopMsMax, signal: this.#signal };
  }

  /** What somebody wants to know who has just started it. */
  summary(tookSeconds: number): string {
    const { tcp, http } = this.#node!;
    const { url, signInUrl } = this.#console!;
    return `
Weir is running (started in ${tookSeconds.toFixed(1)} s).

  Console   ${url}
  Sign in   ${signInUrl}   (once, within 15 minutes)
  NSQ TCP   ${reachable(tcp)}
  NSQ HTTP  http://${reachable(http)}

  Publish   curl -d hello 'http://${reachable(http)}/pub?topic=test'
  Stop      Ctrl-C
`;
  }
}

/** Makes the directory and, once, the secret that the roles share. Returns the secret's path. */
function prepareDataPath(dataPath: string): string {
  const directory = resolve(dataPath);
  mkdirSync(directory, { recursive: true });
  // Enterable, not readable: Postgres may run as another user, in a directory of its own in here.
  chmodSync(directory, 0o711);
  const path = join(directory, "cluster-secret");
  if (!existsSync(path))
    writeFileSync(path, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  if (readFileSync(path, "utf8").trim() === "")
    throw new Error(`${path} is empty: remove it to have a new one made`);
  return path;
}

/** An address to connect to, where one to listen on stands for all of a machine's. */
function reachable(address: string): string {
  return address.replace(/^(0\.0\.0\.0|\[::\])?:/, "127.0.0.1:");
}

function isLoopback(address: string): boolean {
  return /^(127\.|localhost:|\[::1\]:)/.test(address);
}

/** Asked again, we leave at once. Ctrl-C may arrive twice, from the terminal and from whoever started us. */
const sameRequestMs = 1_000;

function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    let firstMs: number | null = null;
    const ask = () => {
      firstMs ??= performance.now();
      resolve();
      if (performance.now() - firstMs < sameRequestMs) return;
      process.stderr.write("Not waiting: the roles finish stopping by themselves.\n");
      process.exit(1);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, ask);
    if (process.connected) process.once("disconnect", () => resolve());
  });
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
