/**
 * The console as a process: its server, its Postgres, the pages' process behind it, and the sign-in link
 * that whoever started it is given.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { StartError } from "../cli/config-file.ts";
import type { ConsoleOptions } from "../cli/console-options.ts";
import { NextProcess } from "../console/pages/next-process.ts";
import { type ConsoleServer, startConsoleServer } from "../console/server.ts";
import type { ConfigRow } from "../protocol/config-value.ts";
import { aboutUs } from "./about.ts";
import { ConsoleDatabase } from "./console-database.ts";
import { consoleSettings } from "./console-settings.ts";
import { NodeLog } from "./node-log.ts";
import { whenAskedToStop } from "./stop-signals.ts";

const installed = fileURLToPath(new URL("../..", import.meta.url));
/** The last link that was made, in a console's data path. */
export function linkFileIn(dataPath: string): string {
  return join(dataPath, "sign-in-link");
}
/** Somebody wants another link: made by `newSignInLink`, taken away by the console that runs. */
const wishFile = "sign-in-link.wanted";
const wishPollMs = 500;
const wishWaitMs = 5_000;
/** A Postgres that starts together with the console is waited for, so that whoever signs in is known to it. */
const databaseWaitMs = 10_000;

/**
 * Starts the console and resolves when it serves; it goes on until SIGTERM, SIGINT, SIGHUP or its parent's
 * end. Throws when it cannot start.
 */
export async function runConsole(
  options: ConsoleOptions,
  table: Readonly<Record<string, ConfigRow>>,
): Promise<void> {
  const dataPath = resolve(options["data-path"]);
  mkdirSync(dataPath, { recursive: true });
  const log = new NodeLog(options["log-prefix"], options["log-level"]);
  const warn = (message: string) => log.log("warn", message);
  const settings = consoleSettings(options, table, log);
  if (options["admin-user"].length > 0 && options["trusted-proxy"].length === 0)
    warn("--admin-user without --trusted-proxy: no header is believed, so that nobody is an admin by one");
  const { host, port } = listenAddress(options["http-address"]);
  const publicUrl = options["public-url"] === "" ? null : new URL(options["public-url"]);
  const url = options["database-url"];
  const database = url === "" ? null : new ConsoleDatabase(url, options.cluster, warn);
  database?.start();

  const pagesDirectory = options["next-dir"] === "" ? installed : resolve(options["next-dir"]);
  checkPagesBase(pagesDirectory, settings.base);
  let pages: NextProcess | null = null;
  const server = await startConsoleServer({
    host,
    port,
    ...settings,
    cluster: options.cluster,
    secret: readSecret(options["cluster-secret-file"]),
    allowedHosts: [...options["http-allowed-host"], ...(publicUrl ? [publicUrl.hostname] : [])],
    secure: publicUrl?.protocol === "https:",
    environment: options.environment,
    ...aboutUs(),
    stores: database?.stores ?? null,
    database: () => database?.status ?? { state: "none", sinceMs: startedAtMs, reason: null },
    pagesUrl: () => pages?.url ?? null,
    warn,
  });
  pages = new NextProcess({
    directory: pagesDirectory,
    apiUrl: server.url + settings.base,
    base: settings.base,
    warn,
  });
  stopWhenAsked(async () => {
    await pages!.stop();
    await server.close();
    await database?.stop();
  });
  await Promise.all([pages.start(), database?.answered(databaseWaitMs)]);

  const links = new Links(server, publicUrl?.origin ?? server.url, dataPath);
  links.grantWishes();
  const signInUrl = await links.next();
  if (process.send) process.send({ type: "ready", url: links.origin + settings.base, signInUrl });
  else links.tell(signInUrl, `Console on ${links.origin}${settings.base}\n`);
}

const startedAtMs = Date.now();

/** @throws StartError when the pages were built to stand elsewhere: none of their files would be found. */
function checkPagesBase(directory: string, base: string): void {
  const manifest = join(directory, ".next", "routes-manifest.json");
  if (!existsSync(manifest)) return;
  const { basePath = "" } = JSON.parse(readFileSync(manifest, "utf8")) as { basePath?: string };
  if (basePath === base) return;
  const [built, wanted] = [basePath || "/", base || "/"];
  throw new StartError(
    `the pages were built for --base-path=${built}, not ${wanted}: build them with WEIR_BASE_PATH=${base}`,
  );
}

/** One-time links, also left in a file that only this user may read, for `weir console --new-link`. */
class Links {
  readonly origin: string;
  readonly #server: ConsoleServer;
  readonly #path: string;
  readonly #wishPath: string;

  constructor(server: ConsoleServer, origin: string, dataPath: string) {
    this.#server = server;
    this.origin = origin;
    this.#path = linkFileIn(dataPath);
    this.#wishPath = join(dataPath, wishFile);
  }

  /** A file and not a signal: a number left behind by a dead console may be another process by now. */
  grantWishes(): void {
    rmSync(this.#wishPath, { force: true });
    // Not `watchFile`: what is there before its first look has for it always been there.
    const look = setInterval(() => {
      if (!existsSync(this.#wishPath)) return;
      rmSync(this.#wishPath, { force: true });
      this.next().then(
        (link) => this.tell(link),
        // Asked for again, it is tried again; whoever waits is told after a few seconds.
        (error: Error) => process.stderr.write(`no new sign-in link: ${error.message}\n`),
      );
    }, wishPollMs);
    look.unref();
  }

  async next(): Promise<string> {
    const link = `${this.origin}${await this.#server.newSignInPath()}`;
    writeFileSync(this.#path, `${link}\n`, { mode: 0o600 });
    chmodSync(this.#path, 0o600);
    return link;
  }

  tell(link: string, before = ""): void {
    process.stdout.write(`${before}Sign in (once, within 15 minutes): ${link}\n`);
  }
}

/** Asks the console that runs with this data path for a new link. Throws when none runs. */
export async function newSignInLink(dataPath: string): Promise<string> {
  const directory = resolve(dataPath);
  const path = linkFileIn(directory);
  const wishPath = join(directory, wishFile);
  if (!existsSync(path)) throw new Error(`no console has run with --data-path=${directory}`);
  const before = readFileSync(path, "utf8");
  writeFileSync(wishPath, "", { mode: 0o600 });
  const deadlineMs = performance.now() + wishWaitMs;
  for (let link = before; ; link = readFileSync(path, "utf8")) {
    if (link !== before && link.endsWith("\n")) return link.trim();
    if (performance.now() > deadlineMs) break;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  rmSync(wishPath, { force: true });
  throw new Error(`no console runs with --data-path=${directory}`);
}

function listenAddress(text: string): { host: string; port: number } {
  const match = /^(.*):(\d{1,5})$/.exec(text);
  if (!match) throw new Error(`--http-address must be <addr>:<port>, not ${JSON.stringify(text)}`);
  return { host: match[1] === "" ? "0.0.0.0" : match[1]!.replace(/^\[|\]$/g, ""), port: Number(match[2]) };
}

function readSecret(path: string): string {
  return path === "" ? "" : readFileSync(path, "utf8").trim();
}

/** Whoever asks again does not want to wait. */
function stopWhenAsked(stop: () => Promise<void>): void {
  const first = () => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  whenAskedToStop(["SIGTERM", "SIGINT", "SIGHUP"], first, () => process.exit(1));
}
