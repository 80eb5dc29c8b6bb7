/** The processes of `weir up`: how each is started, and what it is told of the others. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { UpOptions } from "../cli/up-options.ts";
import { postgresUrl, startPostgres } from "../postgres/embedded.ts";
import { type ChildRoleOptions, startChildRole } from "./child-role.ts";
import { KeptRunning, type Running } from "./kept-running.ts";
import { isChosenBySystem, isLoopback, nextPort, numberedAddress, reachable } from "./up-addresses.ts";

/** Where it listens, `address:port`. */
interface Ready {
  readonly type: "ready";
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

export interface RolesOptions {
  readonly options: UpOptions;
  /** Handed to each node as they are. */
  readonly nodeFlags: readonly string[];
  /** Gives starts up. */
  readonly signal: AbortSignal;
  /** One line for people. */
  say(line: string): void;
}

export class Roles {
  readonly #options: UpOptions;
  readonly #nodeFlags: readonly string[];
  readonly #signal: AbortSignal;
  readonly #say: (line: string) => void;
  readonly #env: Record<string, string> = {};
  readonly #secretFile: string;
  readonly #nodes: Ready[];
  readonly #lookups: Ready[];
  #console: ConsoleReady | null = null;

  constructor({ options, nodeFlags, signal, say }: RolesOptions) {
    this.#options = options;
    this.#nodeFlags = nodeFlags;
    this.#signal = signal;
    this.#say = say;
    this.#secretFile = prepareDataPath(options["data-path"]);
    // As asked for, then as first given by the system, so that what comes back has the ports it had.
    this.#nodes = places(options.nodes, options["tcp-address"], options["http-address"]);
    this.#lookups = places(options.lookups, options["lookupd-tcp-address"], options["lookupd-http-address"]);
  }

  /** Groups in the order in which what needs another comes after it. */
  start(): Promise<KeptRunning>[][] {
    const url = this.#options["database-url"];
    const postgres = url === "" ? [this.#keep("Postgres", this.#startPostgres())] : [];
    if (url !== "") this.#env["DATABASE_URL"] = url;
    const lookups = this.#lookups.map((_, index) =>
      this.#keep(nameOf("lookup", index, this.#lookups.length), () => this.#startLookup(index)),
    );
    const nodes = this.#nodes.map((_, index) =>
      whenKnown(this.#lookups, lookups).then(() =>
        this.#keep(nameOf("node", index, this.#nodes.length), () => this.#startNode(index)),
      ),
    );
    const console_ = whenKnown([...this.#lookups, ...this.#nodes], [...lookups, ...nodes]).then(() =>
      this.#keep("console", () => this.#startConsole()),
    );
    return [postgres, lookups, nodes, [console_]];
  }

  async #keep(name: string, start: () => Promise<Running>): Promise<KeptRunning> {
    const startedMs = performance.now();
    try {
      const running = await KeptRunning.start({ name, start, report: this.#say });
      const took = ((performance.now() - startedMs) / 1_000).toFixed(1);
      if (!this.#signal.aborted) this.#say(`${name.padEnd(9)} ready after ${took} s`);
      return running;
    } catch (cause) {
      throw new Error(`${name}: ${(cause as Error).message}`, { cause });
    }
  }

  #startPostgres(): () => Promise<Running> {
    const dataDir = join(resolve(this.#options["data-path"]), "postgres");
    this.#env["DATABASE_URL"] = postgresUrl(dataDir);
    if (!existsSync(join(dataDir, "data")))
      this.#say(`Postgres  makes its database in ${shown(dataDir)} (once)`);
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

  async #startLookup(index: number): Promise<Running> {
    const { tcp, http } = this.#lookups[index]!;
    const args = [
      "nsqlookupd",
      ...this.#everywhere(),
      `--tcp-address=${tcp}`,
      `--http-address=${http}`,
      ...broadcast(http),
      ...logPrefix("nsqlookupd", index),
    ];
    const { ready, running } = await startChildRole<Ready>(this.#child(args));
    this.#lookups[index] = ready;
    return running;
  }

  async #startNode(index: number): Promise<Running> {
    const { tcp, http } = this.#nodes[index]!;
    const args = [
      "nsqd",
      ...this.#everywhere(),
      ...this.#ofTheCluster(index === 0 ? "node" : `node-${index + 1}`),
      `--tcp-address=${tcp}`,
      `--http-address=${http}`,
      `--https-address=${nextPort(http)}`,
      ...broadcast(tcp),
      ...logPrefix("nsqd", index),
      ...this.#lookups.map((lookup) => `--lookupd-tcp-address=${reachable(lookup.tcp)}`),
      `--mem-queue-size=${this.#options["mem-queue-size"]}`,
      `--mem-bytes=${this.#options["mem-bytes"]}`,
      ...this.#options["durable-topics"].map((pattern) => `--durable-topics=${pattern}`),
      ...this.#nodeFlags,
    ];
    const { ready, running } = await startChildRole<Ready>(this.#child(args));
    this.#nodes[index] = ready;
    return running;
  }

  async #startConsole(): Promise<Running> {
    const args = [
      "console",
      ...this.#everywhere(),
      ...this.#ofTheCluster("console"),
      `--environment=${this.#options.environment}`,
      `--http-address=${this.#options["console-http-address"]}`,
      ...this.#consoleFinds(),
    ];
    const { ready, running } = await startChildRole<ConsoleReady>(this.#child(args));
    if (this.#console !== null) this.#say(`sign in   ${ready.signInUrl}`);
    this.#console = ready;
    return running;
  }

  /** By the lookups, if what they name is sure to be ours: the console gives nodes the secret. */
  #consoleFinds(): string[] {
    const isAllHere = this.#nodes.every(({ tcp }) => isLoopback(tcp));
    if (this.#lookups.length === 0 || !isAllHere)
      return this.#nodes.map(({ http }) => `--nsqd-http-address=${reachable(http)}`);
    return [
      ...this.#lookups.map(({ http }) => `--lookupd-http-address=${reachable(http)}`),
      "--node-cidr=127.0.0.0/8",
    ];
  }

  #everywhere(): string[] {
    return [
      `--log-level=${this.#options["log-level"]}`,
      ...this.#options["http-allowed-host"].map((host) => `--http-allowed-host=${host}`),
    ];
  }

  #ofTheCluster(directory: string): string[] {
    const dataPath = join(resolve(this.#options["data-path"]), directory);
    mkdirSync(dataPath, { recursive: true });
    return [
      `--data-path=${dataPath}`,
      `--cluster=${this.#options.cluster}`,
      `--cluster-secret-file=${this.#secretFile}`,
    ];
  }

  #child(args: readonly string[]): ChildRoleOptions {
    return { args, env: this.#env, readyMsMax, stopMsMax, signal: this.#signal };
  }

  /** Where to connect to. */
  places() {
    const reached = ({ tcp, http }: Ready) => ({ tcp: reachable(tcp), http: reachable(http) });
    return { nodes: this.#nodes.map(reached), lookups: this.#lookups.map(reached) };
  }

  /** What somebody wants to know who has just started it. */
  summary(tookSeconds: number): string {
    const { url, signInUrl } = this.#console!;
    const rows: [string, string][] = [
      ["Console", url],
      ["Sign in", `${signInUrl}   (once, within 15 minutes)`],
      ...this.#nodes.flatMap(({ tcp, http }): [string, string][] => [
        ["NSQ TCP", reachable(tcp)],
        ["NSQ HTTP", `http://${reachable(http)}`],
      ]),
      ...this.#lookups.map(({ http }): [string, string] => ["Lookup", `http://${reachable(http)}`]),
    ];
    return `
Weir is running (started in ${tookSeconds.toFixed(1)} s).

${rows.map(([name, value]) => `  ${name.padEnd(9)} ${value}\n`).join("")}
  Publish   curl -d hello 'http://${reachable(this.#nodes[0]!.http)}/pub?topic=test'
  Stop      Ctrl-C
`;
  }
}

function places(count: number, tcp: string, http: string): Ready[] {
  return Array.from({ length: count }, (_, index) => ({
    type: "ready",
    tcp: numberedAddress(tcp, index),
    http: numberedAddress(http, index),
  }));
}

/** Only a port that the system chooses has to be waited for. */
async function whenKnown(found: readonly Ready[], starts: readonly Promise<unknown>[]): Promise<void> {
  const isOpen = found.some(({ tcp, http }) => isChosenBySystem(tcp) || isChosenBySystem(http));
  if (isOpen) await Promise.all(starts);
}

function nameOf(role: string, index: number, count: number): string {
  return count === 1 ? role : `${role} ${index + 1}`;
}

/** Who listens for this machine alone is to be found on it. */
function broadcast(address: string): string[] {
  return isLoopback(address) ? ["--broadcast-address=127.0.0.1"] : [];
}

function logPrefix(role: string, index: number): string[] {
  return index === 0 ? [] : [`--log-prefix=[${role} ${index + 1}] `];
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

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
