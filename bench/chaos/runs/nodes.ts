/** Runs in which nodes die, stand still, and take over from one another. */
import type { ChaosNode } from "../chaos-node.ts";
import type { Run } from "../run.ts";
import type { Stage } from "../stage.ts";

const restart: Run = {
  name: "restart",
  what: "kill -9 of the only node under load, started again at once",
  nodes: 1,
  async hurt(stage) {
    const [node] = stage.nodes as [ChaosNode];
    for (let round = 0; round < stage.scale.rounds; round++) {
      await stage.moment(round, stage.scale.rounds);
      stage.say(`kill -9 of ${node.name}`);
      await node.kill();
      await node.start();
    }
  },
  unproved: ({ crashes, rounds, duplicates }) => [
    crashes < rounds && `${crashes} crashes`,
    duplicates.handover === 0 && "nothing was in flight when a node died",
  ],
};

const kill: Run = {
  name: "kill",
  what: "kill -9 of any of three nodes under load; started again at once, or after others took over",
  nodes: 3,
  async hurt(stage) {
    for (let round = 0; round < stage.scale.rounds; round++) {
      await stage.moment(round, stage.scale.rounds);
      const node = await stage.anyOwner();
      const before = await stage.adoptions();
      const isAtOnce = round % 2 === 1;
      stage.say(`kill -9 of ${node.name}${isAtOnce ? ", started again at once" : ""}`);
      await node.kill();
      if (!isAtOnce && (await stage.adopted(before))) stage.say(`${node.name} was adopted`);
      await node.start();
    }
  },
  unproved: ({ crashes, adoptions, rounds }) => [
    crashes < rounds && `${crashes} crashes`,
    adoptions < Math.ceil(rounds / 2) && `${adoptions} adoptions`,
  ],
};

/** More than a question after a lease: blocks, or what was finished. */
const someBlocksBytes = 4_096;

const freeze: Run = {
  name: "freeze",
  what: "SIGSTOP of a node until others took over, its statements still on their way; then SIGCONT",
  nodes: 3,
  async hurt(stage) {
    for (let round = 0; round < stage.scale.rounds; round++) {
      await stage.moment(round, stage.scale.rounds);
      const node = await stage.anyOwner();
      const before = await stage.adoptions();
      stage.say(`freezing ${node.name}`);
      // What it sends now comes when its time is long over: the fence has to refuse it.
      node.cutOff((proxy) => proxy.hurt({ kind: "hold" }, ["up"]));
      await stage.held(node, someBlocksBytes);
      node.freeze();
      if (await stage.adopted(before)) stage.say(`${node.name} was adopted`);
      else await stage.pause(2 * stage.scale.leaseTtlMs);
      const back = node.reconnect();
      await stage.pause(stage.random.below(200));
      node.thaw();
      await back;
    }
  },
  unproved: ({ adoptions, fenced, rounds }) => [
    adoptions < rounds && `${adoptions} adoptions`,
    fenced === 0 && "the fence refused nothing",
  ],
};

const race: Run = {
  name: "race",
  what: "kill -9 of a node, and two others that adopt it in the same moment",
  nodes: 3,
  async hurt(stage) {
    for (let round = 0; round < stage.scale.rounds; round++) {
      await stage.moment(round, stage.scale.rounds);
      const node = await stage.anyOwner();
      const before = await stage.adoptions();
      const heirsBefore = await stage.heirs();
      await node.kill();
      stage.say(`${node.name} is dead, and its lease locked until two want to adopt it`);
      await lockedLease(stage, node, 2);
      await stage.adopted(before);
      // A second adoption of the same death would come now.
      await stage.pause(500);
      // The same one may look again for what was being written just then.
      const heirs = new Set((await stage.heirs()).slice(heirsBefore.length));
      stage.count("adopted", Math.min(1, heirs.size));
      stage.count("adopted by two", heirs.size > 1 ? 1 : 0);
      await node.start();
    }
  },
  unproved: ({ count, rounds }) => [
    count("raced") === 0 && "two never wanted it at once",
    count("adopted") < rounds && `${count("adopted")} adoptions`,
    count("adopted by two") > 0 && "two adopted the same",
  ],
};

/** Holds the row of a dead node's lease until so many statements wait for it. */
async function lockedLease(stage: Stage, node: ChaosNode, waiters: number): Promise<void> {
  const sql = stage.postgres.connect(1);
  try {
    await sql`begin`;
    await sql`select from weir.leases where node_id = (select id from weir.nodes where broadcast_address = ${node.name}) for update`;
    const deadlineMs = performance.now() + 2 * stage.scale.leaseTtlMs + 3_000;
    while (performance.now() < deadlineMs) {
      const [row] = await stage.postgres.sql<{ count: number }[]>`
        select count(*)::int as count from pg_stat_activity
        where wait_event_type = 'Lock' and query like '%leases%' and usename <> ${node.name}`;
      if (row!.count >= waiters) {
        stage.count("raced");
        break;
      }
      await stage.pause(20);
    }
    await sql`rollback`;
  } finally {
    await sql.end();
  }
}

const adopter: Run = {
  name: "adopter",
  what: "kill -9 of a node, and of the one that adopts it while it does",
  nodes: 3,
  async hurt(stage) {
    for (let round = 0; round < stage.scale.rounds; round++) {
      await stage.moment(round, stage.scale.rounds);
      const node = await stage.anyOwner();
      const before = await stage.adoptions();
      stage.say(`kill -9 of ${node.name}`);
      await node.kill();
      if (!(await stage.adopted(before))) throw new Error(`nobody adopted ${node.name}`);
      const name = (await stage.heirs()).at(-1)!;
      const heir = stage.nodes.find((other) => other.name === name)!;
      stage.say(`kill -9 of ${heir.name}, which has just adopted ${node.name}`);
      await heir.kill();
      stage.count("adopters killed");
      if (!(await stage.adopted(before + 1))) throw new Error(`nobody adopted ${heir.name}`);
      await Promise.all([node.start(), heir.start()]);
    }
  },
  unproved: ({ count, rounds, adoptions }) => [
    count("adopters killed") < rounds && "too few adopters were killed",
    adoptions < 2 * rounds && `${adoptions} adoptions`,
  ],
};

const clocks: Run = {
  name: "clocks",
  what: "the nodes' wall clocks jump by an hour, forwards and back, at different times",
  nodes: 2,
  clocks: true,
  async hurt(stage) {
    const hourMs = 3_600_000;
    for (let round = 0; round < stage.scale.rounds; round++) {
      await stage.moment(round, stage.scale.rounds);
      const node = stage.anyNode();
      const offsetMs = stage.random.pick([hourMs, -hourMs, 90_000, -5_000, 0]);
      stage.say(`the clock of ${node.name} is ${offsetMs / 1_000} s off`);
      stage.setClock(node, offsetMs);
      stage.count("jumps");
    }
    // Whoever believes a lease to be over by its wall clock adopts now.
    await stage.pause(2 * stage.scale.leaseTtlMs);
  },
  unproved: ({ count, adoptions, rounds }) => [
    count("jumps") < rounds && "too few jumps",
    adoptions > 0 && `${adoptions} adoptions of nodes that lived`,
  ],
};

export const nodeRuns: readonly Run[] = [restart, kill, freeze, race, adopter, clocks];
