/** The rows of a long table as they are now, by key. */
import type { Table } from "../contract/index.ts";
import { tables } from "../contract/index.ts";
import type { WindowTarget } from "./targets.ts";
import type { ViewSource } from "./views.ts";

export interface KeyedRow {
  readonly key: string;
}

/** Whether somebody may know of a topic, or of one of its channels. */
export type Sight = (topic: string, channel?: string) => boolean;

export interface RowSource {
  readonly table: Table<never>;
  readonly get: (key: string) => KeyedRow | undefined;
  readonly rows: () => Iterable<KeyedRow>;
}

/** null: there is no such topic or channel, or not for whom `sees` is. */
export function rowSource(view: ViewSource, target: WindowTarget, sees: Sight): RowSource | null {
  if (target.kind === "topics") return topicRows(view, sees);
  const joined = sees(target.topic) ? view.collector.topics.get(target.topic) : undefined;
  if (joined === undefined) return null;
  if (target.kind === "channels") {
    const { channels } = joined;
    const get = (key: string) => (sees(target.topic, key) ? channels.get(key)?.row : undefined);
    return { table: tables.channels as Table<never>, get, rows: () => present([...channels.keys()], get) };
  }
  if (!joined.channels.has(target.channel) || !sees(target.topic, target.channel)) return null;
  const byKey = view.clientsOf(target.topic, target.channel)?.byKey ?? new Map<string, KeyedRow>();
  return { table: tables.clients as Table<never>, get: (key) => byKey.get(key), rows: () => byKey.values() };
}

function topicRows({ collector }: ViewSource, sees: Sight): RowSource {
  const { topics } = collector;
  const get = (key: string) => (sees(key) ? topics.get(key)?.row : undefined);
  return { table: tables.topics as Table<never>, get, rows: () => present(topics.keys(), get) };
}

function* present(keys: Iterable<string>, get: (key: string) => KeyedRow | undefined): Generator<KeyedRow> {
  for (const key of keys) {
    const row = get(key);
    if (row !== undefined) yield row;
  }
}
