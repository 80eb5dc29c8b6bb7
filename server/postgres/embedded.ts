/**
 * One Postgres of our own, as a child process: no port, no password, and gone when we are.
 *
 * It listens on a unix socket in a directory of mode 0700 and nowhere else. It is a
 * process group of its own, so that Ctrl-C in a terminal reaches us and not it: it
 * stops last. When we are killed the kernel tells it to stop cleanly (parent death signal).
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { runAs } from "./account.ts";
import { checkVersion, createDatabase, environment, explain, user } from "./create-database.ts";
import { type Install, prepareInstall } from "./install.ts";
import { type Place, preparePlace } from "./place.ts";
import { clearStaleLock } from "./stale-lock.ts";

export interface EmbeddedOptions {
  /** Made when it is not there; holds all the server keeps. */
  readonly dataDir: string;
  /** Postgres settings beside ours, as `-c name=value`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Each line the server logs. */
  readonly onLog?: (line: string) => void;
  /** The server has ended without being asked to. */
  readonly onExit?: (how: string) => void;
}

export interface EmbeddedPostgres {
  /** `postgres://weir@localhost/postgres?host=/socket/dir` */
  readonly url: string;
  readonly pid: number;
  /** Ends clients' connections, writes a checkpoint, stops. */
  stop(): Promise<void>;
  /** For tests: what a crash does. Resolves when the process is gone. */
  kill9(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Recovery after a crash reads what was written since the last checkpoint: seconds, on a slow disk a minute. */
const startMsMax = 120_000;
const stopMsMax = 20_000;
const logLinesKept = 20;

/** The address `startPostgres` will answer at, for whoever wants to know it before the server is up. */
export function postgresUrl(dataDir: string): string {
  return urlOf(preparePlace(dataDir));
}

function urlOf(place: Place): string {
  return `postgres://${user}@localhost/postgres?host=${encodeURIComponent(place.socketDir)}`;
}

/** Starts a server, making its database first if there is none. Resolves when it accepts connections. */
export async function startPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const place = preparePlace(options.dataDir);
  const install = prepareInstall(place.account, place.root);
  if (!existsSync(place.data)) await createDatabase(place, install);
  checkVersion(place);
  await clearStaleLock(place);

  const server = new Server(place, install, options);
  await server.ready;
  return server;
}

class Server implements EmbeddedPostgres {
  readonly url: string;
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #gone: Promise<string>;
  #stopping = false;

  constructor(place: Place, install: Install, options: EmbeddedOptions) {
    this.url = urlOf(place);
    const settings = {
      listen_addresses: "",
      unix_socket_permissions: "0700",
      lc_messages: "C",
      ...options.settings,
    };
    const child = spawnBound(
      install.postgres,
      [
        ...["-D", place.data, "-k", place.socketDir],
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      place,
    );
    this.#child = child;
    this.#gone = new Promise((resolve) => {
      child.once("error", (error) => resolve(explain(error)));
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });

    const lastLines: string[] = [];
    this.ready = new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        child.kill("SIGQUIT");
        reject(new Error(`Postgres did not start within ${startMsMax / 1000} s`));
      }, startMsMax);
      createInterface({ input: child.stderr! }).on("line", (line) => {
        lastLines.push(line);
        if (lastLines.length > logLinesKept) lastLines.shift();
        options.onLog?.(line);
        if (!/database system is ready to accept (read-only )?connections/.test(line)) return;
        clearTimeout(late);
        resolve();
      });
      this.#gone.then((how) => {
        clearTimeout(late);
        reject(new Error(`Postgres did not start (${how})\n${lastLines.join("\n")}`));
      });
    });
    this.#watch(options.onExit);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async #watch(onExit: EmbeddedOptions["onExit"]): Promise<void> {
    const started = await this.ready.then(
      () => true,
      () => false,
    );
    const how = await this.#gone;
    if (started && !this.#stopping) onExit?.(how);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill("SIGINT");
    const hard = setTimeout(() => this.#child.kill("SIGQUIT"), stopMsMax);
    await this.#gone;
    clearTimeout(hard);
  }

  async kill9(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#gone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Starts the server so that it stops when we end, however we end. */
function spawnBound(command: string, args: string[], place: Place): ChildProcess {
  const options = { ...runAs(place.account), cwd: place.root, detached: true, env: environment() } as const;
  if (hasSetpriv()) {
    return spawn("setpriv", ["--pdeathsig", "INT", command, ...args], {
      ...options,
      stdio: ["ignore", "ignore", "pipe"],
    });
  }

  const child = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  // Without a parent death signal (macOS) a shell waits for the end of our pipe instead.
  const watcher = spawn("sh", ["-c", 'read -r _; kill -INT "$0"', String(child.pid)], {
    ...options,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.unref();
  child.once("exit", () => watcher.kill("SIGKILL"));
  return child;
}

function hasSetpriv(): boolean {
  return process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "INT", "true"]).status === 0;
}
