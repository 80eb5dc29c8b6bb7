/** Brings a node to what is declared, and says where it differs. */
import type { DeclaredRow, DeclaredState } from "../../db/queries/topology.ts";
import type { Broker } from "../broker/broker.ts";
import type { Channel } from "../broker/channel.ts";
import type { Topic } from "../broker/topic.ts";
import type { Declared } from "./declared.ts";

/**
 * Deletes the topic where the row says so since `seen`. Of all rows that were read this comes first: a topic
 * that was made again has its channels in rows that are older than its own.
 */
export function carryOutDeletion(broker: Broker, row: DeclaredRow, seen: number | null): void {
  if (row.channel === null && isNews(row.deletedVersion, seen)) broker.deleteTopic(row.topic);
}

/** Does the rest of what the row says since `seen`; null: this node has never seen anything. */
export function carryOut(broker: Broker, row: DeclaredRow, seen: number | null): void {
  const { topic, channel, declared, paused } = row;
  if (channel !== null && isNews(row.deletedVersion, seen)) broker.topics.get(topic)?.deleteChannel(channel);
  // Whoever deleted it on this node alone since then meant it: only what is said anew makes it again.
  const saidAt = Math.max(row.incarnation, row.pausedVersion, row.durableVersion);
  if (declared && (seen === null || saidAt > seen)) make(broker, row);
  const found = find(broker, row);
  if (found === null) return;
  if (isNews(row.emptiedVersion, seen)) found.empty();
  const pauses = seen === null ? paused : row.pausedVersion > seen;
  if (!declared || !pauses || found.paused === paused) return;
  if ("topic" in found) broker.pauseChannel(found, paused);
  else broker.pauseTopic(found, paused);
}

/** What was deleted or emptied before a node's time is not what it has under that name. */
function isNews(version: number, seen: number | null): boolean {
  return seen !== null && version > seen;
}

function make(broker: Broker, { topic, channel }: DeclaredRow): void {
  const made = broker.ensureTopic(topic);
  if (channel !== null) made.ensureChannel(channel);
}

function find(broker: Broker, { topic, channel }: DeclaredRow): Topic | Channel | null {
  const found = broker.topics.get(topic);
  return (channel === null ? found : found?.channels.get(channel)) ?? null;
}

/** Something that was done to this node alone, or not yet to it. */
export interface Difference {
  readonly topic: string;
  readonly channel: string | null;
  readonly here: "missing" | "paused" | "not paused";
}

export function* differences(broker: Broker, declared: Declared): Generator<Difference> {
  for (const [topic, { state, channels }] of declared.topics) {
    const found = broker.topics.get(topic);
    const here = difference(state, found);
    if (here !== null) yield { topic, channel: null, here };
    for (const [channel, wanted] of channels) {
      const here = difference(wanted, found?.channels.get(channel));
      if (here !== null) yield { topic, channel, here };
    }
  }
}

function difference(
  { declared, paused }: DeclaredState,
  found: { readonly paused: boolean } | undefined,
): Difference["here"] | null {
  if (!declared) return null;
  if (found === undefined) return "missing";
  if (found.paused === paused) return null;
  return found.paused ? "paused" : "not paused";
}
