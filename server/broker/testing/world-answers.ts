/** What a consumer says about a message, to the broker and to the model at once. */
import { keyOf } from "./model.ts";
import type { Client, World } from "./world.ts";

/** What a consumer answers, and what the broker must say to it. */
export function answer(
  world: World,
  client: Client,
  verb: "finish" | "requeue" | "touch",
  logId: number,
  seq: number,
  delayMs = 0,
): void {
  const { subscription, known } = client;
  const channel = world.topics.get(client.topic)?.channels.get(client.channel);
  const owed = channel?.owed.get(keyOf(logId, seq));
  const expected =
    owed?.state !== "held"
      ? "ID not in flight"
      : owed.owner === known.number
        ? null
        : "client does not own message";
  const refusal =
    verb === "requeue" ? subscription.requeue(logId, seq, delayMs) : subscription[verb](logId, seq);
  if (refusal !== expected) throw new Error(`${verb} ${logId}:${seq} said ${refusal}, not ${expected}`);
  if (refusal !== null || !channel || !owed) return;
  if (verb === "touch") {
    owed.atMs = Math.min(world.nowMs + known.msgTimeoutMs, owed.sinceMs + world.options.maxMsgTimeoutMs);
    return;
  }
  known.inFlight--;
  world.audit.expect(verb, 1);
  if (verb === "finish") {
    channel.remove(owed);
    channel.finishCount++;
    return;
  }
  channel.requeueCount++;
  const clampedMs = Math.min(delayMs, world.options.maxReqTimeoutMs);
  channel.move(owed, clampedMs === 0 ? "waiting" : "deferred", world.nowMs + clampedMs);
}
