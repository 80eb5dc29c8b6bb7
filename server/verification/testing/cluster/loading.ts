/** Brings into a node's broker what is its own in Postgres: after a start, and after it has taken over. */
import type { TopicCheckpoint } from "../../../broker/checkpoint.ts";
import type { ProgressFlush } from "../../../broker/progress-flush.ts";
import { joinTopics, owedFrom } from "../../../store/checkpoint-fit.ts";
import { ProgressFold } from "../../../store/progress-fold.ts";
import type { SimNode } from "./node.ts";
import type { ModelPostgres, OwnedLog } from "./postgres.ts";

interface LoadedLife {
  readonly logs: readonly OwnedLog[];
  readonly flushes: readonly ProgressFlush[];
}

/** What was not loaded before. @param then is called in any case */
export function loadDurable(node: SimNode, then: () => void): void {
  const { epoch } = node.keeper.lease;
  node.ask(
    (postgres) => read(postgres, node),
    (outcome) => {
      // Somebody may have taken it while it was read.
      if (outcome.known && node.keeper.lease.epoch === epoch) restore(node, outcome.value);
      then();
    },
  );
}

function read(postgres: ModelPostgres, node: SimNode): LoadedLife[] {
  const logs = postgres.ownedLogs(node.name).filter(({ logId }) => !node.knownLogs.has(logId));
  const lives = new Map(logs.map(({ told }) => [`${told.node}/${told.epoch}`, told]));
  return [...lives.values()].map((life) => ({
    logs: logs.filter(({ told }) => told.node === life.node && told.epoch === life.epoch),
    flushes: postgres.flushesOf(life),
  }));
}

function restore(node: SimNode, lives: readonly LoadedLife[]): void {
  const folds = new Map<number, ProgressFold>();
  let topics: TopicCheckpoint[] = [];
  for (const { logs, flushes } of lives) {
    const fold = new ProgressFold();
    for (const flush of flushes) fold.apply(flush);
    for (const { logId } of logs) folds.set(logId, fold);
    topics = joinTopics(topics, node.parts.fit(fold, new Map(logs.map((log) => [log.logId, log]))));
  }
  for (const logId of folds.keys()) {
    node.knownLogs.add(logId);
    node.store.adopt(logId);
  }
  for (const { name, channels } of topics) {
    for (const channel of channels) node.ensureChannel(name, channel.name);
  }
  node.broker.restore(topics, () => true);
  const from = owedFrom(topics);
  for (const logId of folds.keys()) node.store.forget(logId, from.get(logId) ?? 2 ** 32);
  node.schedule.found([...folds.keys()], ({ topic, channel, logId, seq }) =>
    folds.get(logId)?.owed(topic, channel, logId, seq),
  );
}
