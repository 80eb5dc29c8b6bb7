/** Rows with the figures of the columns that a page shows: the others are not told, though they move as well. */

import { unknownFlow } from "../collector/flow.ts";
import {
  type ChannelRow,
  type Flow,
  type TableColumn,
  type TableName,
  type TopicRow,
  tables,
  type WindowRequest,
} from "../contract/index.ts";
import type { KeyedRow } from "./row-source.ts";

export interface Narrowing {
  readonly row: (row: KeyedRow) => KeyedRow;
  readonly sums: (sums: Readonly<Record<string, number | null>>) => Readonly<Record<string, number | null>>;
}

const all: Narrowing = { row: (row) => row, sums: (sums) => sums };

/** `columns` undefined: everything. */
export function narrowing(table: TableName, columns: WindowRequest["columns"]): Narrowing {
  if (columns === undefined) return all;
  const shown = new Set(columns);
  const sums: Narrowing["sums"] = (of) =>
    Object.fromEntries(Object.entries(of).filter(([id]) => shown.has(id)));
  if (table === "clients") return { row: all.row, sums };
  const known: readonly (readonly [string, TableColumn<never>])[] = Object.entries(tables[table].columns);
  const fields = known.flatMap(([id, column]) =>
    shown.has(id) && column.field !== undefined ? [column.field] : [],
  );
  const flowOf = (flow: Flow): Flow => {
    const told: { -readonly [Key in keyof Flow]: Flow[Key] } = { ...unknownFlow };
    for (const field of fields) told[field] = flow[field];
    return told;
  };
  if (table === "topics") {
    const bytes = shown.has("bytes");
    const topic = (row: TopicRow): TopicRow => ({
      ...row,
      flow: flowOf(row.flow),
      topicDepth: null,
      messageBytes: bytes ? row.messageBytes : null,
    });
    return { row: topic as (row: never) => KeyedRow as Narrowing["row"], sums };
  }
  const latency = [...shown].some((id) => id.startsWith("latency"));
  const channel = (row: ChannelRow) => ({
    ...row,
    flow: flowOf(row.flow),
    latency: latency ? row.latency : null,
  });
  return { row: channel as (row: never) => KeyedRow as Narrowing["row"], sums };
}
