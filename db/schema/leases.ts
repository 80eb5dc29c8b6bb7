/** Who is alive, and who took over from whom. Hot rows stand apart from the fence (`nodes`), which writers lock. */
import { bigint, boolean, integer, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";
import { instant } from "./instant.ts";

/** A node's lease. It has run out when nobody has seen it renewed for its whole time, by that one's own clock. */
export const leases = pgTable("leases", {
  nodeId: uuid("node_id").primaryKey(),
  /** Whoever renews knows it. It moves on in each statement that moves the node's epoch on. */
  term: bigint("term", { mode: "number" }).notNull(),
  ttlMs: integer("ttl_ms").notNull(),
  /** Grows with each renewal: two readings that are alike say that there was none between them. */
  renewals: bigint("renewals", { mode: "number" }).notNull(),
  /** For people. Nobody decides by it. */
  renewedAt: instant("renewed_at").notNull().defaultNow(),
  /** The node has let go of what it had: it may be adopted at once. */
  released: boolean("released").notNull().default(false),
});

/** Appended. One row for each time that a node took over another's logs. */
export const adoptions = pgTable(
  "adoptions",
  {
    nodeId: uuid("node_id").notNull(),
    /** That the adoption gave the node: nobody's. */
    epoch: bigint("epoch", { mode: "number" }).notNull(),
    adopterId: uuid("adopter_id").notNull(),
    at: instant("at").notNull().defaultNow(),
    logs: integer("logs").notNull(),
    /** From when the adopter saw the last renewal to this row; 0 where the lease was released. */
    waitedMs: integer("waited_ms").notNull(),
    /** From this row until what was unfinished was there to be delivered; null: not yet. */
    tookMs: integer("took_ms"),
  },
  (table) => [primaryKey({ columns: [table.nodeId, table.epoch] })],
);
