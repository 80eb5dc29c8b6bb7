/** The Postgres that all nodes of a cluster share, for what they have in common. */
import type { Sql } from "./statement.ts";

/** How far a node has carried out its cluster's topology. */
export interface TopologySeen {
  /** Of which: after the tables were emptied versions begin anew. */
  readonly id: string;
  readonly version: number;
}

/** `lease` has a connection that nothing else is sent on. */
export type SharedPool = "background" | "lease";

export interface SharedPostgres {
  readonly state: "starting" | "up" | "down";
  /** Called in the turn in which it can be had, each time. */
  onUp: (() => void) | null;
  /** Rejects at once while it is away. After another error it is not known whether a statement took effect. */
  use<T>(act: (sql: Sql) => Promise<T>, pool?: SharedPool): Promise<T>;
  /** An error in words for people. */
  describe(error: unknown): string;
  /** Outlives the process; null: nothing yet. */
  topologySeen: TopologySeen | null;
}
