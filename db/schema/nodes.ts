/**
 * Nodes, and which log ids and logs are whose. No table names a schema: every
 * connection has the cluster's schema, alone, as its search path.
 */
import { bigint, boolean, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./instant.ts";

/** The fence: a durable write of a node holds only while its epoch is the one in this row. */
export const nodes = pgTable("nodes", {
  id: uuid("id").primaryKey(),
  epoch: bigint("epoch", { mode: "number" }).notNull().default(1),
  hostname: text("hostname").notNull(),
  broadcastAddress: text("broadcast_address").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/** Log ids are given out 65,536 at a time: range `r` is [r * 65,536, (r + 1) * 65,536). Never given back. */
export const logRanges = pgTable("log_ranges", {
  range: integer("range").primaryKey(),
  nodeId: uuid("node_id").notNull(),
  reservedAt: instant("reserved_at").notNull().defaultNow(),
});

/** A log of which something is or was stored and is not yet drained. */
export const logs = pgTable(
  "logs",
  {
    logId: bigint("log_id", { mode: "number" }).primaryKey(),
    topic: text("topic").notNull(),
    nodeId: uuid("node_id").notNull(),
    openedAt: instant("opened_at").notNull().defaultNow(),
    /** Takes no more blocks: it was adopted, and whoever had it before may not know yet. */
    sealedAt: instant("sealed_at"),
    /** What was confirmed of it is in its blocks, so another node can take it over. */
    durable: boolean("durable").notNull().default(false),
    /** The owner's when it opened or took the log; null: written by a node one version older. */
    epoch: bigint("epoch", { mode: "number" }),
  },
  (table) => [index("logs_by_node").on(table.nodeId)],
);
