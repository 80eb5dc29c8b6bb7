/** A node of a run: a real process, its own way to Postgres, and what was done to it, told to the history. */
import { type Flags, newNode, type TestNode } from "../../server/testing/node.ts";
import { FaultProxy } from "./fault-proxy.ts";
import type { Recorder } from "./recorder.ts";

export interface ChaosNodeOptions {
  readonly name: string;
  readonly recorder: Recorder;
  /** Postgres' own socket. */
  readonly socketPath: string;
  readonly database: string;
  readonly flags: Flags;
  readonly env?: Readonly<Record<string, string>>;
  readonly dataPath?: string;
}

export class ChaosNode implements AsyncDisposable {
  readonly name: string;
  /** Between it and Postgres. */
  readonly proxy: FaultProxy;
  readonly process: TestNode;
  readonly #recorder: Recorder;
  #isFrozen = false;
  #isStarting = false;
  #isDying = false;

  private constructor(name: string, proxy: FaultProxy, process: TestNode, recorder: Recorder) {
    this.name = name;
    this.proxy = proxy;
    this.process = process;
    this.#recorder = recorder;
  }

  /** It comes to Postgres as a role of its own name, by which its statements are told apart there. */
  static async make(options: ChaosNodeOptions): Promise<ChaosNode> {
    const { name, recorder, socketPath, database, flags, env, dataPath } = options;
    const proxy = await FaultProxy.open(socketPath);
    const url = `postgres://${name}@127.0.0.1:${proxy.port}/${database}`;
    const node = await newNode(
      { "broadcast-address": name, ...flags },
      { env: { DATABASE_URL: url, ...env }, ...(dataPath !== undefined && { dataPath }) },
    );
    return new ChaosNode(name, proxy, node, recorder);
  }

  /** Whether somebody may connect. A frozen one can be connected to, and answers nobody. */
  get isUp(): boolean {
    return this.process.running && this.process.tcpPort > 0;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** SIGKILL was sent: what is read of it from now on it had said before. */
  get isDying(): boolean {
    return this.#isDying;
  }

  async start(): Promise<void> {
    this.#isStarting = true;
    this.#isDying = false;
    await this.process.start().finally(() => {
      this.#isStarting = false;
    });
    this.#note("start");
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const { t } = this.#recorder;
    this.#isDying = true;
    await this.process.kill();
    this.#isFrozen = false;
    this.#recorder.add({ op: "crash", proc: "harness", kind: "ok", node: this.name, t });
  }

  /** SIGTERM; resolves to how it ended. */
  async stop(): Promise<number | NodeJS.Signals> {
    const how = await this.process.stop();
    this.#note(how === 0 ? "stop" : "crash");
    return how;
  }

  /** Stops the process' clock, as a suspended machine does. */
  freeze(): void {
    this.#note("freeze");
    this.#isFrozen = true;
    process.kill(this.process.pid, "SIGSTOP");
  }

  thaw(): void {
    if (!this.#isFrozen) return;
    process.kill(this.process.pid, "SIGCONT");
    this.#isFrozen = false;
    this.#note("thaw");
  }

  /** Postgres is away for this node, or answers too late. */
  cutOff(hurt: (proxy: FaultProxy) => void): void {
    this.#recorder.add({ op: "away", proc: "harness", kind: "ok", node: this.name });
    hurt(this.proxy);
  }

  /** It can be had again, and a moment later the node has found that out. */
  async reconnect(noticedMs = 2_000): Promise<void> {
    this.proxy.heal();
    await new Promise((resolve) => setTimeout(resolve, noticedMs));
    this.#recorder.add({ op: "back", proc: "harness", kind: "ok", node: this.name });
  }

  /** Whether it ended without our doing. */
  get hasFallen(): boolean {
    return !this.process.running && !this.#isStarting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    await this.process[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
  }

  #note(op: "start" | "stop" | "crash" | "freeze" | "thaw"): void {
    this.#recorder.add({ op, proc: "harness", kind: "ok", node: this.name });
  }
}
