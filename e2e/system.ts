import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const weir = resolve(import.meta.dirname, "../bin/weir.mjs");
const readyMsMax = 90_000;
const run = promisify(execFile);

/** All of Weir as a person starts it, on ports of its own and with nothing in it. */
export class System implements AsyncDisposable {
  /** `http://127.0.0.1:port` of the console. */
  readonly url: string;
  /** Good for one sign-in. */
  readonly signInUrl: string;
  /** Its nodes; of each `address:port` for NSQ clients, and `http://address:port`. */
  readonly nodes: readonly { readonly tcp: string; readonly http: string }[];
  readonly #child: ChildProcess;
  readonly #dataPath: string;

  private constructor(child: ChildProcess, dataPath: string, summary: string) {
    const told = (name: string) => new RegExp(`^ *${name} +(\\S+)`, "m").exec(summary)?.[1] ?? "";
    this.#child = child;
    this.#dataPath = dataPath;
    this.url = told("Console");
    this.signInUrl = told("Sign in");
    const all = (name: string) =>
      [...summary.matchAll(new RegExp(`^ *${name} +(\\S+)`, "gm"))].map((match) => match[1]!);
    const https = all("NSQ HTTP");
    this.nodes = all("NSQ TCP").map((tcp, index) => ({ tcp, http: https[index]! }));
  }

  /** Of the first node. */
  get tcp(): string {
    return this.nodes[0]!.tcp;
  }

  get http(): string {
    return this.nodes[0]!.http;
  }

  static async start(flags: readonly string[] = []): Promise<System> {
    const dataPath = mkdtempSync(join(tmpdir(), "weir-e2e-"));
    const ports = [
      "--tcp-address=127.0.0.1:0",
      "--http-address=127.0.0.1:0",
      // A console that is started again has to be where its browsers look for it.
      `--console-http-address=127.0.0.1:${await freePort()}`,
    ];
    const { DATABASE_URL: _, ...env } = process.env;
    const child = spawn(process.execPath, [weir, "up", `--data-path=${dataPath}`, ...ports, ...flags], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const summary = await untilReady(child);
    return new System(child, dataPath, summary);
  }

  /** Another link to sign in with. */
  async newLink(): Promise<string> {
    const args = [weir, "console", "--new-link", `--data-path=${join(this.#dataPath, "console")}`];
    const { stdout } = await run(process.execPath, args);
    return /http\S+/.exec(stdout)![0];
  }

  /** As `curl -d body` would; throws unless the answer is OK. */
  async publish(topic: string, body: string): Promise<void> {
    const url = `${this.http}/pub?topic=${encodeURIComponent(topic)}`;
    const answer = await fetch(url, { method: "POST", body });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  }

  /** Without a word. What would start it again stands still until the function it returns is called. */
  async killConsole(): Promise<() => void> {
    const pid = await this.#childPid("console");
    this.#child.kill("SIGSTOP");
    process.kill(pid, "SIGKILL");
    return () => this.#child.kill("SIGCONT");
  }

  /** The process that renders pages; the console starts another. */
  async killPages(): Promise<void> {
    process.kill(await childPid("next-server", await this.#childPid("console")), "SIGKILL");
  }

  /** The first one. What would start it again stands still until the function it returns is called. */
  async killNode(): Promise<() => void> {
    const pid = await this.#childPid("nsqd .*/node");
    this.#child.kill("SIGSTOP");
    process.kill(pid, "SIGKILL");
    return () => this.#child.kill("SIGCONT");
  }

  /** The first one stands still, with all its connections, until the function it returns is called. */
  async freezeNode(): Promise<() => void> {
    const pid = await this.#childPid("nsqd .*/node");
    process.kill(pid, "SIGSTOP");
    return () => process.kill(pid, "SIGCONT");
  }

  #childPid(role: string): Promise<number> {
    return childPid(`.* ${role} `, this.#child.pid!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGTERM");
      // A test that failed may have left it standing.
      this.#child.kill("SIGCONT");
      await ended;
    }
    rmSync(this.#dataPath, { recursive: true, force: true });
  }
}

/** Of the first child of that parent whose command line is like that. */
async function childPid(like: string, parent: number): Promise<number> {
  const { stdout } = await run("ps", ["-ax", "-o", "pid=,ppid=,args="]);
  const child = stdout
    .split("\n")
    .map((line) => new RegExp(`^ *(\\d+) +(\\d+) ${like}`).exec(line))
    .find((match) => Number(match?.[2]) === parent);
  return Number(child![1]);
}

function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve: found } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => found(port));
  });
  return promise;
}

/** What it printed until it said how to stop it. */
function untilReady(child: ChildProcess): Promise<string> {
  const { promise, resolve: ready, reject } = Promise.withResolvers<string>();
  let said = "";
  const hear = (text: Buffer) => {
    said += text;
    if (said.includes("Ctrl-C")) ready(said);
  };
  child.stdout!.on("data", hear);
  child.stderr!.on("data", hear);
  child.once("exit", (code) => reject(new Error(`weir up ended with ${code}:\n${said}`)));
  const late = setTimeout(() => reject(new Error(`weir up was not ready in time:\n${said}`)), readyMsMax);
  return promise.finally(() => clearTimeout(late));
}
