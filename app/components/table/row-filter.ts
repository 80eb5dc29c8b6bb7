import { parseAsArrayOf, parseAsString } from "nuqs/server";
import type { TableName, tables } from "../../../server/console/contract/index.ts";

/** What a page's long table is narrowed to, in its address; what is not understood is as if it were not there. */
export const rowFilterAddress = {
  q: parseAsString.withDefault(""),
  state: parseAsArrayOf(parseAsString).withDefault([]),
};

/** The states that rows can be narrowed to, in the order in which they are offered. */
export const rowStates = {
  topics: ["paused", "backlog", "noconsumer", "durable", "ephemeral"],
  channels: ["paused", "backlog", "noconsumer", "ephemeral"],
  clients: ["holding", "notready", "sampled"],
} as const satisfies { readonly [T in TableName]: readonly (keyof (typeof tables)[T]["states"])[] };
export type RowState = (typeof rowStates)[TableName][number];
