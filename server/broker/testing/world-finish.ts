/** The end of a world: all that is owed is consumed, and nothing may be left. */
import type { Client, World } from "./world.ts";
import { answer } from "./world-answers.ts";
import { compareMessages } from "./world-checks.ts";

/** Everything is consumed; then nothing is left anywhere, in memory or in the store. */
export function finish(world: World): void {
  world.backlog.away = false;
  world.restarts.restoreNow();
  world.turn();
  for (const topic of world.topics.values()) {
    world.broker.pauseTopic(world.broker.ensureTopic(topic.name), false);
    topic.paused = false;
    for (const channel of topic.channels.values()) {
      const real = world.broker.ensureTopic(topic.name).ensureChannel(channel.name);
      world.broker.pauseChannel(real, false);
      channel.paused = false;
    }
  }
  world.turn();
  for (let round = 0; owes(world); round++) {
    if (round > 3_000) throw new Error(`does not drain: ${world.describe()}`);
    for (const topic of world.topics.values()) {
      if (topic.channels.size === 0) world.ensureChannel(topic.name, "last");
      for (const name of topic.channels.keys()) {
        if (world.clientsOf(topic.name, name).length === 0) world.subscribe(topic.name, name, 50, 1_000);
      }
    }
    for (const client of [...world.clients]) {
      if (client.known.closing) world.leave(client);
      else consumeAll(world, client);
    }
    world.backlog.answerAll();
    world.advance(200);
    world.turn();
  }
  compareMessages(world);
  for (const client of world.clients) client.recorder.letGo();
  for (let n = 0; n < 5; n++) {
    world.advance(1_000);
    world.backlog.answerAll();
    world.turn();
  }
  const left = {
    slabs: world.broker.pool.usedBytes,
    memory: world.broker.memoryBytes,
    writing: world.broker.overflow.writingBytes,
    blocks: world.backlog.blocks.length,
  };
  for (const [what, count] of Object.entries(left)) {
    if (count !== 0) throw new Error(`all is finished, and ${what} is ${count}`);
  }
}

function owes(world: World): boolean {
  for (const topic of world.topics.values()) {
    if (topic.unhanded.length > 0) return true;
    for (const channel of topic.channels.values()) if (channel.owed.size > 0) return true;
  }
  return false;
}

function consumeAll(world: World, client: Client): void {
  client.subscription.unblock();
  world.ready(client, 50);
  for (const owed of world.heldBy(client))
    answer(world, client, "finish", owed.message.logId, owed.message.seq);
  client.recorder.letGo();
}
