/** An operator who answers single messages in their consumers' place, at whatever moment. */
import { answerVerbs } from "../../protocol/chosen-messages.ts";
import { actOnMessage } from "../chosen.ts";
import type { ClientIdentity } from "../ports.ts";
import type { ModelChannel, Owed } from "./model.ts";
import type { World } from "./world.ts";

const operator: ClientIdentity = { number: 1, clientId: "operator", hostname: "", remoteAddress: "" };
const chosenMax = 8;

export const operate = { name: "operate", weight: 8, run };

function run(world: World): void {
  const { random } = world;
  const places = [...world.topics.values()].flatMap(({ name, channels }) =>
    [...channels.values()].filter(({ owed }) => owed.size > 0).map((channel) => ({ topic: name, channel })),
  );
  if (places.length === 0) return;
  const { topic, channel } = random.pick(places);
  const owed = [...channel.owed.values()];
  const from = random.below(owed.length);
  for (const one of owed.slice(from, from + 1 + random.below(chosenMax))) actOn(world, topic, channel, one);
}

function actOn(world: World, topic: string, channel: ModelChannel, owed: Owed): void {
  const { state, owner, message, fresh, hole } = owed;
  const verb = world.random.pick(answerVerbs);
  // Whether one that has died with a node's memory is known to be one shows when it is read.
  if (hole) return;
  const holder = channel.subscriptions.find(({ number }) => state === "held" && number === owner);
  const untilMs =
    holder && Math.min(world.nowMs + holder.msgTimeoutMs, owed.sinceMs + world.options.maxMsgTimeoutMs);
  const real = world.broker.topics.get(topic)!.channels.get(channel.name)!;
  const isDone = actOnMessage(real, verb, message.logId, message.seq, operator);
  const fits =
    verb === "requeue"
      ? state === "held"
      : verb === "deliver"
        ? state === "deferred"
        : verb === "touch"
          ? (untilMs ?? 0) > owed.atMs
          : !(fresh && state === "waiting");
  if (isDone !== fits)
    throw new Error(
      `${verb} of what is ${state}, ${message.logId}:${message.seq}, was ${isDone}, not ${fits}`,
    );
  if (!isDone) return;
  world.see(`operator: ${verb} of what is ${state}`);
  if (verb === "touch") {
    owed.atMs = untilMs!;
    world.audit.expect("touch", 1);
    return;
  }
  if (holder) holder.inFlight--;
  world.audit.expect(verb === "finish" ? "finish" : "requeue", 1);
  if (verb === "finish") {
    channel.remove(owed);
    channel.finishCount++;
  } else {
    channel.move(owed, "waiting");
    channel.requeueCount++;
  }
}
