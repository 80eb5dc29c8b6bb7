/** The rows of a long table as they are now, by key. */

import type { JoinedTopic } from "../collector/join.ts";
import type { Table } from "../contract/index.ts";
import { tables } from "../contract/index.ts";
import type { Eye } from "./eye.ts";
import type { WindowTarget } from "./targets.ts";
import type { ViewSource } from "./views.ts";

export interface KeyedRow {
  readonly key: string;
}

export interface RowSource {
  readonly table: Table<never>;
  readonly get: (key: string) => KeyedRow | undefined;
  readonly rows: () => Iterable<KeyedRow>;
}

/** null: there is no such topic or channel, or not for this eye. */
export function rowSource(view: ViewSource, target: WindowTarget, eye: Eye): RowSource | null {
  if (target.kind === "topics") return topicRows(view, eye);
  const seen = view.sights.of(eye);
  const joined = seen ? seen.topic(target.topic) : view.collector.topics.get(target.topic);
  if (joined === undefined) return null;
  const { channels } = joined;
  if (target.kind === "channels") {
    const get = (key: string) => channels.get(key)?.row;
    return { table: tables.channels as Table<never>, get, rows: () => present(channels.keys(), get) };
  }
  if (!channels.has(target.channel)) return null;
  const byKey = view.clientsOf(target.topic, target.channel)?.byKey ?? new Map<string, KeyedRow>();
  return { table: tables.clients as Table<never>, get: (key) => byKey.get(key), rows: () => byKey.values() };
}

function topicRows({ collector, sights }: ViewSource, eye: Eye): RowSource {
  const seen = sights.of(eye);
  const get = (key: string) => (seen ? seen.topic(key) : collector.topics.get(key))?.row;
  return {
    table: tables.topics as Table<never>,
    get,
    rows: () => rowsOf(seen?.topics() ?? collector.topics),
  };
}

function* rowsOf(topics: Iterable<readonly [string, JoinedTopic]>): Generator<KeyedRow> {
  for (const [, { row }] of topics) yield row;
}

function* present(keys: Iterable<string>, get: (key: string) => KeyedRow | undefined): Generator<KeyedRow> {
  for (const key of keys) {
    const row = get(key);
    if (row !== undefined) yield row;
  }
}
