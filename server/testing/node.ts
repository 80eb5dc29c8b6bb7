import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Reply, request } from "./http.ts";
import type { ChannelStats, Stats, TopicStats } from "./stats.ts";

export type Flags = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface NodeOptions {
  /** Added to the environment; DATABASE_URL is never inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Instead of a directory of its own, which is removed in the end. */
  readonly dataPath?: string;
}

interface Ports {
  readonly tcp: number;
  readonly http: number;
  readonly https: number;
}

const root = resolve(import.meta.dirname, "../..");
const readyWithinMs = 20_000;
const stopWithinMs = 20_000;
const stderrBytesMax = 256 * 1024;

/** A real node process on a port of its own. */
export class TestNode implements AsyncDisposable {
  readonly dataPath: string;
  readonly #flags: Flags;
  readonly #options: NodeOptions;
  #child!: ChildProcess;
  #ports: Ports = { tcp: 0, http: 0, https: 0 };
  #stderr = "";
  #exit: Promise<number | NodeJS.Signals> = Promise.resolve(0);
  #startedMs = 0;

  constructor(dataPath: string, flags: Flags, options: NodeOptions) {
    this.dataPath = dataPath;
    this.#flags = flags;
    this.#options = options;
  }

  get tcpPort(): number {
    return this.#ports.tcp;
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.#ports.http}`;
  }

  /** 0 without a certificate. */
  get httpsPort(): number {
    return this.#ports.https;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** When the process was spawned, on `performance.now()`'s clock. */
  get startedMs(): number {
    return this.#startedMs;
  }

  /** What it has logged, of all its lives, the oldest cut off. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Resident memory in bytes. */
  get rssBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts the process; resolves when it listens. */
  async start(): Promise<void> {
    this.launch();
    await this.ready();
  }

  /** Starts the process and returns at once. */
  launch(): void {
    const args = [
      join(root, "bin/weir.mjs"),
      "nsqd",
      ...flagArguments({
        "tcp-address": "127.0.0.1:0",
        "http-address": "127.0.0.1:0",
        "https-address": "127.0.0.1:0",
        "broadcast-address": "127.0.0.1",
        "data-path": this.dataPath,
        ...this.#flags,
      }),
    ];
    const { DATABASE_URL: _, ...inherited } = process.env;
    this.#startedMs = performance.now();
    const child = spawn(nodeExecutable(), args, {
      cwd: this.dataPath,
      env: { ...inherited, NODE_OPTIONS: "", ...this.#options.env },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child = child;
    this.#ports = { tcp: 0, http: 0, https: 0 };
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrBytesMax);
    });
    child.on("message", (message: { type?: string; tcp: unknown; http: unknown; https: unknown }) => {
      if (message.type !== "ready") return;
      this.#ports = { tcp: portOf(message.tcp), http: portOf(message.http), https: portOf(message.https) };
    });
    this.#exit = new Promise((done) => {
      child.on("error", (error) => {
        this.#stderr += `${error}\n`;
        done(-1);
      });
      child.on("close", (code, signal) => done(code ?? signal ?? -1));
    });
    running.add(child);
    child.on("close", () => running.delete(child));
  }

  /** Resolves when the node listens. Throws, with what it logged, when it ends first or takes too long. */
  async ready({ withinMs = readyWithinMs } = {}): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    while (!this.#listening()) {
      if (!this.running || performance.now() > deadlineMs) {
        throw new Error(`node is not ready (exit ${this.#child.exitCode}):\n${this.#stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Sends SIGTERM and resolves to the exit code (or the signal that ended it). */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | NodeJS.Signals> {
    if (!this.running) return this.#exit;
    this.#child.kill(signal);
    const overdue = setTimeout(() => {
      this.#stderr += `-- did not stop within ${stopWithinMs} ms: killed\n`;
      this.#child.kill("SIGKILL");
    }, stopWithinMs);
    const code = await this.#exit;
    clearTimeout(overdue);
    return code;
  }

  /** SIGKILL: no chance to save anything. */
  async kill(): Promise<void> {
    if (this.running) this.#child.kill("SIGKILL");
    await this.#exit;
  }

  /** What the process ended with: its code, or the signal. */
  exited(): Promise<number | NodeJS.Signals> {
    return this.#exit;
  }

  /** Stops cleanly, unless it has ended already, and starts on the same data path. Ports change. */
  async restart(): Promise<void> {
    const code = await this.stop();
    if (code !== 0 && code !== "SIGKILL") throw new Error(`node ended with ${code}:\n${this.#stderr}`);
    await this.start();
  }

  get(path: string): Promise<Reply> {
    return request("GET", this.httpUrl + path);
  }

  post(path: string, body: string | Buffer = ""): Promise<Reply> {
    return request("POST", this.httpUrl + path, body);
  }

  /** POST that must answer 200. */
  async act(path: string, body?: string | Buffer): Promise<void> {
    const reply = await this.post(path, body);
    if (reply.status !== 200) throw new Error(`POST ${path}: ${reply.status} ${reply.text}`);
  }

  async stats(query = ""): Promise<Stats> {
    const reply = await this.get(`/stats?format=json&include_mem=false${query}`);
    if (reply.status !== 200) throw new Error(`GET /stats: ${reply.status} ${reply.text}`);
    return JSON.parse(reply.text) as Stats;
  }

  /** Throws when there is no such topic. */
  async topic(name: string): Promise<TopicStats> {
    const { topics } = await this.stats(`&topic=${encodeURIComponent(name)}`);
    const topic = topics?.find(({ topic_name }) => topic_name === name);
    if (topic === undefined) throw new Error(`no topic ${name}`);
    return topic;
  }

  async hasTopic(name: string): Promise<boolean> {
    const { topics } = await this.stats(`&topic=${encodeURIComponent(name)}`);
    return (topics ?? []).length > 0;
  }

  /** Throws when there is no such channel. */
  async channel(topic: string, name: string): Promise<ChannelStats> {
    const found = (await this.topic(topic)).channels.find(({ channel_name }) => channel_name === name);
    if (found === undefined) throw new Error(`no channel ${name}`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#options.dataPath === undefined) await rm(this.dataPath, { recursive: true, force: true });
  }

  #listening(): boolean {
    return this.#ports.tcp > 0 || /TCP: listening on \//.test(this.#stderr);
  }
}

/** Starts a node and waits until it listens. `await using` ends it, hard, and removes its data. */
export async function startNode(flags: Flags = {}, options: NodeOptions = {}): Promise<TestNode> {
  const node = await newNode(flags, options);
  try {
    await node.start();
    return node;
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
}

/** A node that has a data path and is not started yet. */
export async function newNode(flags: Flags = {}, options: NodeOptions = {}): Promise<TestNode> {
  const dataPath = options.dataPath ?? (await mkdtemp(join(tmpdir(), "weir-node-")));
  return new TestNode(dataPath, flags, options);
}

export function flagArguments(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, value]) =>
    [value].flat().map((single) => `--${name}=${single}`),
  );
}

/** A Node that runs TypeScript as it is: the one we run in, or the one that is installed beside us. */
export function nodeExecutable(): string {
  return Number(process.versions.node.split(".")[0]) >= 26
    ? process.execPath
    : join(root, "node_modules/.bin/node");
}

/** Of a port, or of `address:port`; 0 for the path of a unix socket and for what does not listen. */
function portOf(address: unknown): number {
  return Number(/(?:^|:)(\d+)$/.exec(String(address))?.[1] ?? 0);
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
