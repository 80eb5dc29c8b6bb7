/** Hurts a cluster at random instants, and in the end lets everything heal. */
import type { Random } from "../../../broker/testing/random.ts";
import { fair, type SimCluster } from "./cluster.ts";
import type { SimNode } from "./node.ts";

export const hurtMs = 5_000;

interface Blow {
  readonly name: string;
  readonly weight: number;
  readonly strike: (cluster: SimCluster, random: Random) => void;
}

const blows: readonly Blow[] = [
  { name: "kill", weight: 4, strike: kill },
  { name: "freeze", weight: 3, strike: freeze },
  { name: "cut from Postgres", weight: 2, strike: cut },
  { name: "Postgres restarts", weight: 2, strike: (cluster, random) => outage(cluster, random.next() * 300) },
  {
    name: "Postgres is away",
    weight: 1,
    strike: (cluster, random) => outage(cluster, cluster.leaseTtlMs * (1 + random.next())),
  },
  { name: "weather", weight: 2, strike: storm },
  { name: "new channel", weight: 0.7, strike: newChannel },
  { name: "new channel, and its node dies", weight: 2.5, strike: newChannelThenKill },
  { name: "kill, and then who took over", weight: 2, strike: killTwice },
];

export function strikeAll(cluster: SimCluster): void {
  const { random, scheduler } = cluster;
  const count = 1 + random.below(6);
  for (let n = 0; n < count; n++) {
    const blow = random.weighted(blows);
    scheduler.after(random.next() * hurtMs, () => {
      cluster.blows.push(`${blow.name} at ${scheduler.nowMs.toFixed(0)} ms`);
      blow.strike(cluster, random);
    });
  }
}

export function healAll(cluster: SimCluster): void {
  const { postgres, weather } = cluster;
  Object.assign(weather, { lostReply: 0, lostRequest: 0, stall: 0 });
  if (!postgres.isUp) up(cluster);
  for (const [node, link] of cluster.links) {
    if (link.isCut) {
      link.isCut = false;
      node.hinder("cut", false);
    }
    if (node.isFrozen) node.thaw();
    if (!node.isUp) node.start();
  }
  cluster.history.note({ op: "heal", proc: "nemesis", kind: "ok" });
}

function pickUp({ nodes, random }: SimCluster): SimNode | null {
  const up = nodes.filter(({ isUp, isFrozen }) => isUp && !isFrozen);
  return up.length > 0 ? random.pick(up) : null;
}

function kill(cluster: SimCluster, random: Random, node = pickUp(cluster)): void {
  if (!node) return;
  node.crash();
  cluster.scheduler.after(random.next() * 3 * cluster.leaseTtlMs, () => {
    if (!node.isUp) node.start();
  });
}

/** The second dies when it has just taken over, has just finished what it took, or somewhere between. */
function killTwice(cluster: SimCluster, random: Random): void {
  const node = pickUp(cluster);
  if (!node) return;
  kill(cluster, random, node);
  cluster.scheduler.after(cluster.leaseTtlMs * (1 + random.next() * 1.5), () => {
    const [other] = cluster.nodes.filter(({ isUp, isFrozen }) => isUp && !isFrozen);
    if (other) kill(cluster, random, other);
  });
}

function freeze(cluster: SimCluster, random: Random): void {
  const node = pickUp(cluster);
  if (!node) return;
  const { life } = node;
  node.freeze();
  cluster.scheduler.after(random.next() * 3 * cluster.leaseTtlMs, () => {
    if (node.life === life && node.isFrozen) node.thaw();
  });
}

function cut(cluster: SimCluster, random: Random): void {
  const node = random.pick(cluster.nodes);
  const link = cluster.links.get(node)!;
  link.isCut = true;
  node.hinder("cut", true);
  cluster.scheduler.after(random.next() * 3 * cluster.leaseTtlMs, () => {
    link.isCut = false;
    node.hinder("cut", false);
  });
}

function outage(cluster: SimCluster, lengthMs: number): void {
  const { postgres } = cluster;
  if (!postgres.isUp) return;
  postgres.isUp = false;
  postgres.life++;
  for (const node of cluster.nodes) node.hinder("postgres", true);
  cluster.scheduler.after(lengthMs, () => {
    if (!postgres.isUp) up(cluster);
  });
}

function up({ postgres, nodes }: SimCluster): void {
  postgres.isUp = true;
  for (const node of nodes) node.hinder("postgres", false);
}

function storm({ weather, scheduler }: SimCluster, random: Random): void {
  weather.lostReply = random.next() * 0.4;
  weather.lostRequest = random.next() * 0.2;
  weather.stall = random.next() * 0.4;
  scheduler.after(random.next() * 2_000, () => {
    Object.assign(weather, fair);
  });
}

/** It begins on one node, and on the others when its consumers find them. */
function newChannel(cluster: SimCluster, random: Random): void {
  const { name, channel } = nextChannel(cluster, random);
  for (const node of cluster.nodes) {
    cluster.scheduler.after(random.next() * 500, () => cluster.consume(name, channel, node));
  }
}

/** It is made before there is a consumer, and what is published then is owed to it by whoever comes after. */
function newChannelThenKill(cluster: SimCluster, random: Random): void {
  const { name, channel } = nextChannel(cluster, random);
  const node = pickUp(cluster);
  if (!node) return;
  node.do(() => node.ensureChannel(name, channel));
  cluster.scheduler.after(5 + random.next() * 80, () => {
    if (node.isUp) kill(cluster, random, node);
  });
  for (const other of cluster.nodes) {
    cluster.scheduler.after(1_500 + random.next() * 500, () => cluster.consume(name, channel, other));
  }
}

function nextChannel({ topics, scheduler }: SimCluster, random: Random): { name: string; channel: string } {
  return { name: random.pick(topics).name, channel: `late-${Math.floor(scheduler.nowMs)}` };
}
