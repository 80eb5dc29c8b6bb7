/** What the measurement runs: a console with its pages in front of a generator, each a process of its own. */
import { type ChildProcess, execFile, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const weir = join(root, "bin/weir.mjs");
const readyMsMax = 60_000;

const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill();
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

export class Asked implements AsyncDisposable {
  readonly child: ChildProcess;
  constructor(child: ChildProcess) {
    this.child = child;
    children.add(child);
    child.once("exit", () => children.delete(child));
  }

  static fork(file: string, args: readonly string[]): Asked {
    return new Asked(
      fork(join(import.meta.dirname, file), args, { stdio: ["ignore", "inherit", "inherit", "ipc"] }),
    );
  }

  async next<T>(): Promise<T> {
    const [message] = await Promise.race([
      once(this.child, "message"),
      once(this.child, "exit").then(([code]) => {
        throw new Error(`${this.child.spawnargs.slice(1, 2)} ended with ${code}`);
      }),
    ]);
    return message as T;
  }

  ask<T>(): Promise<T> {
    this.child.send("counts");
    return this.next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
  }
}

export class Console implements AsyncDisposable {
  readonly #process: Asked;
  readonly #dataPath: string;
  readonly url: string;

  private constructor(process: Asked, dataPath: string, url: string) {
    this.#process = process;
    this.#dataPath = dataPath;
    this.url = url;
  }

  get pid(): number {
    return this.#process.child.pid!;
  }

  static async start(nodePort: number, httpPort: number): Promise<Console> {
    const dataPath = mkdtempSync(join(tmpdir(), "weir-bench-"));
    const { DATABASE_URL: _, ...env } = process.env;
    const args = [`--data-path=${dataPath}`, `--http-address=127.0.0.1:${httpPort}`];
    const child = spawn(
      process.execPath,
      [weir, "console", ...args, `--nsqd-http-address=127.0.0.1:${nodePort}`],
      { env, stdio: ["ignore", "pipe", "inherit"] },
    );
    const running = new Asked(child);
    const ready = Promise.withResolvers<void>();
    const late = setTimeout(() => ready.reject(new Error("the console was not ready in time")), readyMsMax);
    child.once("exit", (code) => ready.reject(new Error(`the console ended with ${code}`)));
    child.stdout!.on("data", (text: Buffer) => text.includes("Sign in") && ready.resolve());
    await ready.promise.finally(() => clearTimeout(late));
    return new Console(running, dataPath, `http://127.0.0.1:${httpPort}`);
  }

  /** To sign in by, once. */
  async newLink(): Promise<string> {
    const args = [weir, "console", "--new-link", `--data-path=${this.#dataPath}`];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return /http\S+/.exec(stdout)![0];
  }

  /** A new session's cookie. */
  async signIn(): Promise<{ name: string; value: string }> {
    const answer = await fetch(await this.newLink(), { redirect: "manual" });
    const [name, value] = answer.headers.getSetCookie()[0]!.split(";")[0]!.split("=") as [string, string];
    return { name, value };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    rmSync(this.#dataPath, { recursive: true, force: true });
  }
}
