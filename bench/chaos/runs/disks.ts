/** Runs in which there is no room left. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "../run.ts";
import { whyNoSmallDisk } from "../small-disk.ts";

const nodeDisk: Run = {
  name: "node-disk",
  what: "the disk of a node is full, for a while also with Postgres away and with a kill -9",
  nodes: 2,
  nodeDiskBytes: 16 * 2 ** 20,
  whyNot: whyNoSmallDisk,
  async hurt(stage) {
    const [node] = stage.nodes;
    const disk = stage.nodeDisk!;
    await stage.load.reached(0.2);
    await disk.fill(0);
    stage.say(`the disk of ${node!.name} is full`);
    try {
      writeFileSync(join(disk.path, "one-more"), "x".repeat(65_536));
    } catch {
      stage.count("full");
    }
    await stage.load.reached(0.4);
    stage.say("and Postgres is away");
    await stage.postgres.kill();
    await stage.pause(1_000);
    await stage.postgres.start();
    await stage.load.reached(0.6);
    stage.say(`there is room again, and ${node!.name} is killed`);
    disk.empty();
    await node!.kill();
    await node!.start();
  },
  unproved: ({ count, crashes }) => [
    count("full") === 0 && "the disk was not full",
    crashes === 0 && "the node was not killed",
  ],
};

const postgresDisk: Run = {
  name: "postgres-disk",
  what: "the disk of Postgres is full: it refuses, or falls; there is room again a few seconds later",
  nodes: 2,
  postgresDiskBytes: 768 * 2 ** 20,
  whyNot: whyNoSmallDisk,
  async hurt(stage) {
    const disk = stage.postgresDisk!;
    for (let round = 0; round < Math.min(2, stage.scale.rounds); round++) {
      await stage.load.reached(0.2 + 0.3 * round);
      stage.postgres.away();
      await disk.fill(512 * 1024);
      stage.say("the disk of Postgres is full");
      const before = stage.load.acknowledged;
      await stage.load.until(() => disk.freeBytes < 64 * 1024 || !stage.postgres.isRunning, 10_000);
      stage.count("full", disk.freeBytes < 64 * 1024 ? 1 : 0);
      await stage.pause(stage.scale.publishTimeoutMs + 1_000);
      stage.say(`${stage.load.acknowledged - before} messages were acknowledged meanwhile`);
      disk.empty();
      stage.count("falls", stage.postgres.isRunning ? 0 : 1);
      await stage.postgres.start();
    }
  },
  unproved: ({ count, unknownPublishes }) => [
    count("full") === 0 && "the disk was never full",
    unknownPublishes === 0 && "no publish was refused",
  ],
};

export const diskRuns: readonly Run[] = [nodeDisk, postgresDisk];
