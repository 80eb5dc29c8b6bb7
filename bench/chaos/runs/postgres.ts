/** Runs in which Postgres dies, is away, is slow, or does not answer. */
import type { ChaosNode } from "../chaos-node.ts";
import type { Run } from "../run.ts";

const killPostgres: Run = {
  name: "kill-postgres",
  what: "kill -9 of Postgres under load, half the time with answers on their way, and its restart",
  nodes: 2,
  async hurt(stage) {
    for (let round = 0; round < stage.scale.rounds; round++) {
      await stage.moment(round, stage.scale.rounds);
      stage.say("kill -9 of Postgres");
      // Commits whose answers nobody gets.
      if (round % 2 === 0) {
        for (const { proxy } of stage.nodes) proxy.hurt({ kind: "lose" }, ["down"]);
        await stage.pause(60);
      }
      await stage.postgres.kill();
      for (const { proxy } of stage.nodes) proxy.heal();
      stage.count("kills");
      await stage.pause(stage.random.below(1_000));
      await stage.postgres.start();
    }
  },
  unproved: ({ count, rounds, unknownCommits, adoptions }) => [
    count("kills") < rounds && "too few kills",
    unknownCommits === 0 && "no commit was in doubt",
    adoptions > 0 && `${adoptions} adoptions of nodes that lived`,
  ],
};

const killsMax = 120;

const backends: Run = {
  name: "backends",
  what: "120 kills of the nodes' connections at Postgres' side (pg_terminate_backend)",
  nodes: 2,
  async hurt(stage) {
    const names = stage.nodes.map(({ name }) => name);
    stage.postgres.away();
    for (let kill = 0; kill < killsMax; kill++) {
      await stage.load.reached((kill / killsMax) * 0.9);
      await stage.pause(stage.random.below(60));
      // Any that works just now rather than one that waits.
      const [row] = await stage.postgres.sql<{ killed: boolean; busy: boolean }[]>`
        select pg_terminate_backend(pid) as killed, state <> 'idle' as busy from pg_stat_activity
        where usename in ${stage.postgres.sql(names)} and backend_type = 'client backend'
        order by (state = 'idle'), random() limit 1`;
      if (row?.killed) stage.count("kills");
      if (row?.busy) stage.count("kills at work");
      if (kill % 20 === 0) stage.say(`${stage.counts.get("kills") ?? 0} backends killed`);
    }
    stage.postgres.back();
  },
  unproved: ({ count, adoptions }) => [
    count("kills") < killsMax * 0.9 && `${count("kills")} kills`,
    count("kills at work") === 0 && "no backend was at work when it was killed",
    adoptions > 0 && `${adoptions} adoptions of nodes that lived`,
  ],
};

const outage: Run = {
  name: "outage",
  what: "Postgres away for longer than a lease and than a publish may wait: refusals, and nothing moves",
  nodes: 2,
  async hurt(stage) {
    const { leaseTtlMs, publishTimeoutMs } = stage.scale;
    await stage.load.reached(0.4);
    stage.say("Postgres is away");
    await stage.postgres.kill();
    await stage.pause(Math.max(2.5 * leaseTtlMs, publishTimeoutMs + 1_500));
    await stage.postgres.start();
    stage.say("Postgres is back");
    await stage.pause(2 * leaseTtlMs);
  },
  unproved: ({ unknownPublishes, adoptions }) => [
    unknownPublishes === 0 && "no publish was refused",
    adoptions > 0 && `${adoptions} adoptions of nodes that lived`,
  ],
};

const slow: Run = {
  name: "slow",
  what: "Postgres answers late by 0.2 to 1 s, to all; then to one node later than its lease lasts",
  nodes: 3,
  async hurt(stage) {
    const { leaseTtlMs } = stage.scale;
    for (const [share, delayMs] of [
      [0.1, 100],
      [0.25, Math.min(500, leaseTtlMs / 4)],
    ] as const) {
      await stage.load.reached(share);
      stage.say(`every statement takes ${2 * delayMs} ms longer`);
      for (const node of stage.nodes) node.cutOff((proxy) => proxy.hurt({ kind: "delay", delayMs }));
      await stage.pause(1.5 * leaseTtlMs);
      stage.count("slowed");
      for (const { proxy } of stage.nodes) proxy.heal();
    }
    await Promise.all(stage.nodes.map((node) => node.reconnect()));

    await stage.load.reached(0.5);
    const node = stage.anyNode();
    const before = await stage.adoptions();
    stage.say(`${node.name} has its answers after ${2 * leaseTtlMs} ms`);
    node.cutOff((proxy) => proxy.hurt({ kind: "delay", delayMs: leaseTtlMs }));
    await stage.adopted(before);
    await node.reconnect();
  },
  unproved: ({ count }) => [count("slowed") < 2 && "nothing was slow"],
};

const blackHole: Run = {
  name: "black-hole",
  what: "one way to Postgres swallows everything, then the other, then both, each for longer than a lease",
  nodes: 3,
  async hurt(stage) {
    const { leaseTtlMs } = stage.scale;
    const swallow = async (node: ChaosNode, hurt: Parameters<ChaosNode["cutOff"]>[0]) => {
      const before = await stage.adoptions();
      node.cutOff(hurt);
      await stage.adopted(before);
      await stage.pause(stage.random.below(leaseTtlMs));
      await node.reconnect();
    };
    await stage.load.reached(0.15);
    let node = stage.anyNode();
    stage.say(`${node.name} gets no answers`);
    await swallow(node, (proxy) => proxy.hurt({ kind: "lose" }, ["down"]));

    await stage.load.reached(0.4);
    node = stage.anyNode();
    stage.say(`nothing of ${node.name} arrives, until it is late`);
    await swallow(node, (proxy) => proxy.hurt({ kind: "hold" }, ["up"]));

    await stage.load.reached(0.65);
    node = stage.anyNode();
    stage.say(`nothing goes either way at ${node.name}, until it is late`);
    await swallow(node, (proxy) => proxy.hurt({ kind: "hold" }));
  },
  // What was in doubt is published again by who did not hear of it, and is then there twice.
  unproved: ({ unknownCommits, duplicates, adoptions, fenced }) => [
    unknownCommits + duplicates.retry === 0 && "no commit was in doubt",
    adoptions === 0 && "nobody was adopted",
    fenced === 0 && "the fence refused nothing",
  ],
};

const sigterm: Run = {
  name: "sigterm",
  what: "SIGTERM of a node while Postgres is away; both come back",
  nodes: 2,
  async hurt(stage) {
    for (let round = 0; round < stage.scale.rounds; round++) {
      await stage.moment(round, stage.scale.rounds);
      stage.say("Postgres is away");
      await stage.postgres.kill();
      await stage.pause(200 + stage.random.below(500));
      const node = stage.anyNode();
      const startedMs = performance.now();
      const how = await node.stop();
      const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
      stage.say(`SIGTERM ended ${node.name} in ${seconds} s (${how})`);
      if (typeof how === "number") stage.count("stopped");
      await stage.postgres.start();
      await node.start();
    }
  },
  unproved: ({ count, rounds }) => [
    count("stopped") < rounds && `${rounds - count("stopped")} nodes did not stop by themselves`,
  ],
};

export const postgresRuns: readonly Run[] = [killPostgres, backends, outage, slow, blackHole, sigterm];
