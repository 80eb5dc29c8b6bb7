/** Executables as the suites of NSQ's clients find them: by NSQ's names, on PATH, and ended by SIGKILL. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { eventually } from "./eventually.ts";
import { request } from "./http.ts";
import { nodeExecutable } from "./node.ts";

const root = resolve(import.meta.dirname, "../..");
const readyWithinMs = 20_000;

/** A directory with `nsqd` and `nsqlookupd` in it. */
export class OnPath implements AsyncDisposable {
  readonly directory: string;
  readonly #running = new Set<Executable>();

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<OnPath> {
    const onPath = new OnPath(await mkdtemp(join(tmpdir(), "weir-path-")));
    for (const name of ["nsqd", "nsqlookupd"]) {
      const file = join(root, `bin/${name}.mjs`);
      await chmod(file, 0o755);
      await symlink(file, join(onPath.directory, name));
    }
    return onPath;
  }

  /** Starts what PATH has under this name; resolves when it answers `/ping`. */
  async start(name: "nsqd" | "nsqlookupd", args: readonly string[]): Promise<Executable> {
    const executable = new Executable(name, args, this.directory);
    this.#running.add(executable);
    await executable.ready();
    return executable;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map((executable) => executable.kill()));
    await rm(this.directory, { recursive: true, force: true });
  }
}

export class Executable {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #stderr = "";

  constructor(name: string, args: readonly string[], directory: string) {
    const PATH = [directory, dirname(nodeExecutable()), process.env["PATH"]].join(delimiter);
    const { DATABASE_URL: _, ...inherited } = process.env;
    this.#child = spawn(name, args, {
      env: { ...inherited, PATH, NODE_OPTIONS: "" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#exit = new Promise((done) => this.#child.on("close", done).on("error", done));
  }

  /** As it says in its log. */
  get tcpPort(): number {
    return this.#port("TCP");
  }

  get httpPort(): number {
    return this.#port("HTTP");
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  async ready(): Promise<void> {
    await eventually(
      async () => {
        if (this.#child.exitCode !== null) throw new Error(`exit ${this.#child.exitCode}:\n${this.#stderr}`);
        const { status } = await request("GET", `${this.httpUrl}/ping`);
        if (status !== 200) throw new Error(`/ping: ${status}`);
      },
      { withinMs: readyWithinMs },
    );
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
  }

  #port(what: "TCP" | "HTTP"): number {
    const port = new RegExp(`${what}: listening on [^ ]*:(\\d+)$`, "m").exec(this.#stderr)?.[1];
    if (port === undefined) throw new Error(`${what} is not listening:\n${this.#stderr}`);
    return Number(port);
  }
}
