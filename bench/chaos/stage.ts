/** All that a run has: Postgres, nodes, load and history, and what was done to them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Random } from "../../server/broker/testing/random.ts";
import { nsqdOptions } from "../../server/cli/nsqd-options.ts";
import { type Flags, newNode } from "../../server/testing/node.ts";
import { isAuditWritten, readAudit } from "./audit.ts";
import { Bystander } from "./bystander.ts";
import { ChaosNode } from "./chaos-node.ts";
import { ChaosPostgres } from "./chaos-postgres.ts";
import { Gauges } from "./gauges.ts";
import type { TopicPlan } from "./ledger.ts";
import { Load } from "./load.ts";
import type { ProducerPlan } from "./producer.ts";
import { Recorder } from "./recorder.ts";
import { SmallDisk } from "./small-disk.ts";
import { listStored } from "./stored.ts";
import { installWitness, makeRoles, readHeirs, readOwners, readWitness } from "./witness.ts";

export interface Scale {
  /** Acknowledged, at least. */
  readonly messages: number;
  readonly perSecond: number;
  readonly leaseTtlMs: number;
  readonly publishTimeoutMs: number;
  /** How often each harm is done. */
  readonly rounds: number;
  /** Under load, before anything is hurt: what bystanders are compared with. */
  readonly calmMs: number;
  /** I12: not in a run of seconds among other tests, whose percentiles are the machine's. */
  readonly judgesBystanders: boolean;
  readonly producers: readonly ProducerPlan[];
}

export interface StagePlan {
  readonly nodes: number;
  /** Of the first node's data path, or of Postgres' data: so many bytes of disk. */
  readonly nodeDiskBytes?: number;
  readonly postgresDiskBytes?: number;
  /** The nodes' wall clocks can be set. */
  readonly clocks?: boolean;
}

export const msgTimeoutMs = 3_000;
/** How long a takeover may take beyond the time to live. */
const adoptionMs = 5_000;

const topics: readonly TopicPlan[] = [
  { name: "d_orders", channels: ["billing", "archive"], weight: 7 },
  { name: "d_mails", channels: ["smtp"], weight: 3 },
];
const rdy = 200;
/** In memory: of each node one that nothing is done to, and of a node that shares nothing with the others but the machine. */
export const bystanderTopic = "bystander";
export const controlTopic = "elsewhere";
const auditWithinMs = 20_000;
const ownerWithinMs = 20_000;
const names = ["a", "b", "c", "d", "e"];

export class Stage implements AsyncDisposable {
  readonly recorder = new Recorder();
  readonly random: Random;
  readonly scale: Scale;
  /** What was done or seen beside the history: by it a run shows that it bit. */
  readonly counts = new Map<string, number>();
  readonly say: (text: string) => void;
  postgres!: ChaosPostgres;
  nodes: readonly ChaosNode[] = [];
  load!: Load;
  nodeDisk: SmallDisk | null = null;
  postgresDisk: SmallDisk | null = null;
  #bystanders: readonly Bystander[] = [];
  readonly #scratch = mkdtempSync(join(tmpdir(), "weir-chaos-"));
  readonly #held = new AsyncDisposableStack();

  private constructor(seed: number, scale: Scale, say: (text: string) => void) {
    this.random = new Random(seed);
    this.scale = scale;
    this.say = say;
  }

  static async set(
    plan: StagePlan,
    { seed, scale, say }: { seed: number; scale: Scale; say: (text: string) => void },
  ): Promise<Stage> {
    const stage = new Stage(seed, scale, say);
    try {
      await stage.#set(plan, seed);
      return stage;
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** Some node that lives. */
  anyNode(): ChaosNode {
    return this.random.pick(this.nodes.filter(({ isUp, isFrozen }) => isUp && !isFrozen));
  }

  /** Some node that lives and has logs which others could take over. */
  async anyOwner(): Promise<ChaosNode> {
    const deadlineMs = performance.now() + ownerWithinMs;
    while (performance.now() < deadlineMs) {
      const owners = await readOwners(this.postgres.sql);
      const nodes = this.nodes.filter(
        ({ name, isUp, isFrozen }) => isUp && !isFrozen && owners.includes(name),
      );
      if (nodes.length > 0) return this.random.pick(nodes);
      await pause(20);
    }
    throw new Error("no node has anything that others could take over");
  }

  /** In the load's middle part, spread over `of` rounds, at no moment that could be foretold. */
  async moment(round: number, of: number): Promise<void> {
    await this.load.reached((round + 0.5) / (of + 1));
    await pause(this.random.below(200));
  }

  pause(ms: number): Promise<void> {
    return pause(ms);
  }

  /** Who has adopted somebody, one name for each time. */
  heirs(): Promise<string[]> {
    return readHeirs(this.postgres.sql);
  }

  async adoptions(): Promise<number> {
    return (await this.heirs()).length;
  }

  /** Until there have been more adoptions than that. Not in time: goes on, and the history shows it. */
  async adopted(moreThan: number): Promise<boolean> {
    const deadlineMs = performance.now() + this.scale.leaseTtlMs + adoptionMs + 2_000;
    while (performance.now() < deadlineMs) {
      if ((await this.adoptions()) > moreThan) return true;
      await pause(20);
    }
    return false;
  }

  /** Until so much of what it sends to Postgres is held, for as long as its lease allows. */
  async held(node: ChaosNode, bytes: number): Promise<void> {
    const deadlineMs = performance.now() + this.scale.leaseTtlMs / 3;
    while (node.proxy.heldBytes < bytes && performance.now() < deadlineMs) await pause(5);
  }

  setClock(node: ChaosNode, offsetMs: number): void {
    writeFileSync(this.#clockFile(node.name), String(offsetMs));
  }

  /** What comes from now on is compared with what was before. */
  phase(phase: "calm" | "hurt"): void {
    this.recorder.add({ op: "phase", proc: "harness", kind: "ok", phase });
  }

  /** Everything runs and reaches everything else. */
  async heal(): Promise<void> {
    for (const bystander of this.#bystanders) bystander.stop();
    this.nodeDisk?.empty();
    this.postgresDisk?.empty();
    await this.postgres.start();
    for (const node of this.nodes) {
      node.thaw();
      if (!node.process.running) await node.start();
      await node.reconnect(0);
    }
    this.recorder.add({ op: "heal", proc: "harness", kind: "ok" });
  }

  /** What the nodes say they still have of the load's topics, in words. */
  async left(): Promise<string[]> {
    const left: string[] = [];
    for (const { name: node, process } of this.nodes) {
      for (const { topic_name, depth, channels } of (await process.stats()).topics ?? []) {
        if (!topics.some(({ name }) => name === topic_name)) continue;
        if (depth > 0) left.push(`${depth} of ${topic_name} on ${node}`);
        for (const { channel_name, depth, in_flight_count, deferred_count } of channels) {
          if (depth + in_flight_count + deferred_count === 0) continue;
          const counts = `${depth} waiting, ${in_flight_count} in flight, ${deferred_count} deferred`;
          left.push(`${counts} on ${topic_name}/${channel_name} of ${node}`);
        }
      }
    }
    return left;
  }

  /** Adds to the history what Postgres saw, and what the audit says; null, or why that is not all there. */
  async read(): Promise<string | null> {
    await readWitness(this.postgres.sql, this.recorder);
    const isWritten = await isAuditWritten(this.nodes, auditWithinMs);
    await readAudit(this.postgres.sql, new Set(topics.map(({ name }) => name)), this.recorder);
    return isWritten ? null : "the audit was not written in time";
  }

  /** Adds to the history what is stored still. */
  list(): Promise<void> {
    return listStored(this.postgres.sql, this.load.ledger, this.recorder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held.disposeAsync();
    rmSync(this.#scratch, { recursive: true, force: true });
  }

  async #set(plan: StagePlan, seed: number): Promise<void> {
    const { recorder, scale } = this;
    if (plan.postgresDiskBytes) this.postgresDisk = this.#held.use(new SmallDisk(plan.postgresDiskBytes));
    if (plan.nodeDiskBytes) this.nodeDisk = this.#held.use(new SmallDisk(plan.nodeDiskBytes));
    this.postgres = await ChaosPostgres.start(recorder, this.postgresDisk?.path);
    this.#held.use(this.postgres);
    const used = names.slice(0, plan.nodes);
    await makeRoles(this.postgres.sql, used);
    this.nodes = await Promise.all(used.map((name) => this.#node(name, plan)));
    await Promise.all(this.nodes.map((node) => node.start()));
    while (!(await installWitness(this.postgres.sql))) await pause(50);
    await this.#makeTopics();
    this.#held.use(new Gauges(recorder, this.nodes));
    this.load = new Load({ ...scale, topics, rdy }, this.nodes, recorder, seed);
    this.#held.defer(() => this.load.stop());
    this.load.start();
    await this.#standBy();
  }

  /** Bystanders on each node, and on one that has nothing to do with them. */
  async #standBy(): Promise<void> {
    const { recorder } = this;
    const control = this.#held.use(await newNode({ "broadcast-address": "control" }));
    await control.start();
    this.#bystanders = [
      new Bystander({ topic: controlTopic, node: "control", port: () => control.tcpPort, recorder }),
      ...this.nodes.map((node) => {
        const port = () => (node.isUp ? node.process.tcpPort : null);
        return new Bystander({ topic: bystanderTopic, node: node.name, port, recorder });
      }),
    ];
    this.#held.defer(() => this.#bystanders.forEach((bystander) => void bystander.stop()));
    for (const bystander of this.#bystanders) bystander.start();
  }

  async #node(name: string, plan: StagePlan): Promise<ChaosNode> {
    const { leaseTtlMs, publishTimeoutMs } = this.scale;
    const flags: Flags = {
      "durable-topics": "d_*",
      "durable-publish-timeout": `${publishTimeoutMs}ms`,
      "msg-timeout": `${msgTimeoutMs}ms`,
      "mem-queue-size": 2_000,
      ...("lease-ttl" in nsqdOptions && { "lease-ttl": `${leaseTtlMs}ms` }),
    };
    const preload = join(import.meta.dirname, "shifted-clock.mjs");
    const env: Record<string, string> = plan.clocks
      ? { NODE_OPTIONS: `--import=${preload}`, CHAOS_CLOCK_FILE: this.#clockFile(name) }
      : {};
    const isOnDisk = this.nodeDisk !== null && name === names[0];
    const node = await ChaosNode.make({
      ...{
        name,
        recorder: this.recorder,
        socketPath: this.postgres.socketPath,
        database: "postgres",
        flags,
        env,
      },
      ...(isOnDisk && { dataPath: this.nodeDisk!.path }),
    });
    return this.#held.use(node);
  }

  async #makeTopics(): Promise<void> {
    for (const { name, process } of this.nodes) {
      for (const { name: topic, channels } of topics) {
        await process.act(`/topic/create?topic=${topic}`);
        for (const channel of channels) {
          await process.act(`/channel/create?topic=${topic}&channel=${channel}`);
          this.recorder.add({ op: "channel", proc: "harness", kind: "ok", topic, channel, node: name });
        }
      }
    }
  }

  #clockFile(name: string): string {
    return join(this.#scratch, `clock-${name}`);
  }
}
