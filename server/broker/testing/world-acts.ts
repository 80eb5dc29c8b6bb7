/** What can happen in a world, and how often. */
import type { Client, World } from "./world.ts";
import { answer } from "./world-answers.ts";

interface Act {
  readonly name: string;
  readonly weight: number;
  readonly run: (world: World) => void;
}

const topicNames = ["orders", "orders", "invoices", "sparks#ephemeral"] as const;
const channelNames = ["billing", "mail", "tail#ephemeral"] as const;
const messageTimeoutsMs = [200, 500, 2_000] as const;
const rdys = [0, 1, 1, 3, 20, 200] as const;

export const acts: readonly Act[] = [
  { name: "publish", weight: 26, run: publish },
  { name: "publish deferred", weight: 3, run: publishDeferred },
  { name: "finish", weight: 30, run: (world) => answerSome(world, "finish") },
  { name: "requeue", weight: 6, run: (world) => answerSome(world, "requeue") },
  { name: "touch", weight: 3, run: (world) => answerSome(world, "touch") },
  { name: "junk", weight: 2, run: junk },
  {
    name: "ready",
    weight: 6,
    run: withClient((world, client) => world.ready(client, world.random.pick(rdys))),
  },
  { name: "unblock", weight: 6, run: withClient((_, client) => client.subscription.unblock()) },
  { name: "let go", weight: 3, run: withClient((_, client) => client.recorder.letGo()) },
  { name: "subscribe", weight: 3, run: subscribe },
  { name: "leave", weight: 1, run: withClient((world, client) => world.leave(client)) },
  { name: "cls", weight: 0.5, run: withClient(startClose) },
  { name: "time", weight: 10, run: (world) => world.advance(1 + world.random.below(60)) },
  { name: "long time", weight: 1, run: (world) => world.advance(500 + world.random.below(2_000)) },
  { name: "pause channel", weight: 1.5, run: pauseChannel },
  { name: "pause topic", weight: 1, run: pauseTopic },
  { name: "create channel", weight: 0.6, run: (world) => world.ensureChannel(topic(world), channel(world)) },
  { name: "delete channel", weight: 0.2, run: (world) => world.deleteChannel(topic(world), channel(world)) },
  { name: "delete topic", weight: 0.1, run: (world) => world.deleteTopic(topic(world)) },
  { name: "empty channel", weight: 0.2, run: emptyChannel },
  { name: "empty topic", weight: 0.2, run: emptyTopic },
  { name: "seal logs", weight: 0.2, run: (world) => world.broker.sealLogs(0, 2 ** 32) },
  { name: "write", weight: 10, run: finishWrites },
  { name: "read", weight: 10, run: answerReads },
  { name: "answer all", weight: 1, run: answerAll },
  { name: "away", weight: 0.4, run: toggleAway },
  { name: "checkpoint", weight: 0.6, run: (world) => world.restarts.checkpoint() },
  { name: "restore", weight: 1, run: (world) => world.restarts.restoreNow() },
  { name: "stop", weight: 0.08, run: (world) => world.restarts.stop() },
  { name: "kill", weight: 0.08, run: (world) => world.restarts.kill() },
];

function topic({ random }: World): string {
  return random.pick(topicNames);
}

function channel({ random }: World): string {
  return random.pick(channelNames);
}

function withClient(run: (world: World, client: Client) => void): (world: World) => void {
  return (world) => {
    if (world.clients.length > 0) run(world, world.random.pick(world.clients));
  };
}

function publish(world: World): void {
  const { random } = world;
  const name = topic(world);
  const count = random.chance(0.1) ? 200 : 1 + random.below(12);
  for (let n = 0; n < count; n++) {
    let bytes = 1 + random.below(random.chance(0.3) ? 2_000 : 60);
    if (count < 20 && random.chance(0.01)) bytes = 20_000 + random.below(60_000);
    if (count < 20 && random.chance(0.001)) bytes = 1_048_576 + random.below(100_000);
    world.publish(name, bytes);
  }
}

function publishDeferred(world: World): void {
  const { random } = world;
  world.publishDeferred(topic(world), 1 + random.below(300), random.chance(0.2) ? 0 : random.below(3_000));
}

function answerSome(world: World, verb: "finish" | "requeue" | "touch"): void {
  const { random } = world;
  if (world.clients.length === 0) return;
  const client = random.pick(world.clients);
  const held = world.heldBy(client);
  if (held.length === 0) return;
  const from = random.chance(0.7) ? 0 : random.below(held.length);
  const count = verb === "finish" && random.chance(0.5) ? held.length : 1 + random.below(5);
  const delayMs = random.chance(0.5) ? 0 : random.below(5_000);
  for (const { message } of held.slice(from, from + count)) {
    answer(world, client, verb, message.logId, message.seq, delayMs);
  }
}

/** Answers to what is not this consumer's: held by others, waiting, long finished, or never there. */
function junk(world: World): void {
  const { random } = world;
  if (world.clients.length === 0) return;
  const client = random.pick(world.clients);
  const verb = random.pick(["finish", "requeue", "touch"] as const);
  const uids = [...world.published.values()].slice(-200);
  const message = uids.length > 0 && random.chance(0.8) ? random.pick(uids) : null;
  const logId = message?.logId ?? random.below(5_000);
  const seq = message ? message.seq + random.below(2) : random.below(2 ** 31);
  const mine = world.heldBy(client).some((owed) => owed.message.logId === logId && owed.message.seq === seq);
  if (!mine) answer(world, client, verb, logId, seq);
}

function subscribe(world: World): void {
  const { random } = world;
  if (world.clients.length > 12) return;
  world.subscribe(topic(world), channel(world), random.pick(rdys), random.pick(messageTimeoutsMs));
}

function startClose(_: World, client: Client): void {
  client.known.closing = true;
  client.known.rdy = 0;
  client.subscription.startClose();
}

function pauseChannel(world: World): void {
  const name = topic(world);
  const model = world.topics.get(name)?.channels.get(channel(world));
  const real = world.broker.topics.get(name)?.channels.get(model?.name ?? "");
  if (!model || !real) return;
  model.paused = world.random.chance(0.4);
  world.broker.pauseChannel(real, model.paused);
}

function pauseTopic(world: World): void {
  const model = world.topics.get(topic(world));
  if (!model) return;
  model.paused = world.random.chance(0.4);
  world.broker.pauseTopic(world.broker.ensureTopic(model.name), model.paused);
}

function emptyChannel(world: World): void {
  const name = topic(world);
  const model = world.topics.get(name)?.channels.get(channel(world));
  if (!model) return;
  world.broker.topics.get(name)?.channels.get(model.name)?.empty();
  model.empty();
}

function emptyTopic(world: World): void {
  const model = world.topics.get(topic(world));
  if (!model) return;
  world.broker.topics.get(model.name)?.empty();
  model.unhanded = [];
}

function finishWrites(world: World): void {
  const { backlog, random } = world;
  if (backlog.away) return;
  for (let n = random.below(4); n > 0 && backlog.writes.length > 0; n--) {
    backlog.finishWrite(random.below(backlog.writes.length));
  }
}

function answerReads(world: World): void {
  const { backlog, random } = world;
  for (let n = random.below(4); n > 0 && backlog.reads.length > 0; n--) {
    if (backlog.away) world.refusedRead = true;
    backlog.answerRead(random.below(backlog.reads.length));
  }
}

function answerAll(world: World): void {
  if (world.backlog.away) return;
  world.backlog.answerAll();
}

function toggleAway({ backlog }: World): void {
  backlog.away = !backlog.away;
}
