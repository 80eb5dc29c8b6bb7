/**
 * What is owed of the durable logs that are a node's: its own of before, and those it has taken over. The same
 * for both, since Postgres says of each log whose it is and in whose flushes its state is.
 */

import { type StoredLogRow, selectStoredLogs } from "../../db/queries/blocks.ts";
import type { Owner } from "../../db/queries/fence.ts";
import { type LogLife, selectFlushes, selectLogLives } from "../../db/queries/flushes.ts";
import { selectRemovedEnds } from "../../db/queries/removals.ts";
import { deleteScheduledOfLogs } from "../../db/queries/scheduled.ts";
import { withDeadline } from "../../db/statement.ts";
import type { TopicCheckpoint } from "../broker/checkpoint.ts";
import { joinTopics } from "./checkpoint-fit.ts";
import type { StoreLog } from "./ports.ts";
import type { PostgresLink } from "./postgres-link.ts";
import { decodeFlush } from "./progress-codec.ts";
import { ProgressFold } from "./progress-fold.ts";
import type { KnownOwed } from "./schedule-acts.ts";
import type { UnwrittenFlush } from "./unwritten-progress.ts";

const livesDeadlineMs = 20_000;
const dropDeadlineMs = 10_000;

export interface DurableBacklog {
  readonly topics: TopicCheckpoint[];
  /** All that are the node's, also those of which nothing is owed. */
  readonly logs: readonly StoredLogRow[];
  /** Of these, those whose topic has been deleted for the cluster since: nothing of them is owed. */
  readonly deleted: readonly number[];
  /** Of what is due later. */
  readonly known: KnownOwed;
}

/**
 * @param isKnown logs that are left out: they are loaded, or were begun here
 * @param unwritten what a life of this node had to say last, and could not
 */
export async function readDurable(
  link: PostgresLink,
  nodeId: string,
  isKnown: (logId: number) => boolean,
  unwritten: UnwrittenFlush | null,
  log: StoreLog,
): Promise<DurableBacklog> {
  return link.use("read", async (sql) => {
    const lives = (await withDeadline(selectLogLives(sql, nodeId), livesDeadlineMs)).filter(
      ({ logId }) => !isKnown(logId),
    );
    if (lives.length === 0) return { topics: [], logs: [], deleted: [], known: () => undefined };
    const stored = new Map((await selectStoredLogs(sql, nodeId)).map((row) => [row.logId, row]));
    const removed = await selectRemovedEnds(sql, nodeId);
    let topics: TopicCheckpoint[] = [];
    const logs: StoredLogRow[] = [];
    const foldOf = new Map<number, ProgressFold>();
    const deleted = new Set(lives.flatMap(({ logId, isDeleted }) => (isDeleted ? [logId] : [])));
    for (const life of byLife(lives)) {
      const fold = new ProgressFold();
      for await (const payload of selectFlushes(sql, life.owner)) {
        const flush = decodeFlush(payload);
        if (flush === null) log.error(life.owner, "a flush of progress is damaged and is left out");
        else fold.apply(flush);
      }
      const last = life.owner.nodeId === nodeId && life.owner.epoch === unwritten?.epoch ? unwritten : null;
      const flush = last && decodeFlush(last.payload);
      if (flush !== null) fold.apply(flush);
      const rows = life.logIds.map((logId) => stored.get(logId)).filter((row) => row !== undefined);
      const fitted = fold.fit(
        new Map(rows.flatMap((row) => (deleted.has(row.logId) ? [] : [[row.logId, row]]))),
        (logId) => removed.has(logId),
      );
      topics = joinTopics(topics, fitted);
      logs.push(...rows);
      for (const { logId } of rows) foldOf.set(logId, fold);
    }
    const known: KnownOwed = (topic, channel, logId, seq) =>
      foldOf.get(logId)?.owed(topic, channel, logId, seq);
    const left = new Set(lives.flatMap(({ topic, isDeleted }) => (isDeleted ? [] : [topic])));
    const gone = new Set(lives.flatMap(({ topic }) => (left.has(topic) ? [] : [topic])));
    return { topics: topics.filter(({ name }) => !gone.has(name)), logs, deleted: [...deleted], known };
  });
}

function byLife(lives: readonly LogLife[]) {
  const found = new Map<string, { owner: { nodeId: string; epoch: number }; logIds: number[] }>();
  for (const { logId, nodeId, epoch } of lives) {
    const key = `${nodeId} ${epoch}`;
    const life = found.get(key) ?? { owner: { nodeId, epoch }, logIds: [] };
    life.logIds.push(logId);
    found.set(key, life);
  }
  return found.values();
}

/** What is due later of logs that nobody wants. Rejects when it could not be done. */
export async function dropScheduled(
  link: PostgresLink,
  owner: Owner | null,
  logIds: readonly number[],
): Promise<void> {
  if (owner === null) throw new Error("the node has no epoch");
  await link.run("background", dropDeadlineMs, (sql) => deleteScheduledOfLogs(sql, owner, logIds));
}
