import { sql } from "drizzle-orm";
import {
  bigint,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

/**
 * Runs of events, coded as `db/audit-format.ts` says; `audit_events` shows them one by one.
 * Partitioned by day. A row of one busy log is found by its sequences, one that
 * many quiet logs share by `log_ids`.
 */
export const auditBatches = pgTable(
  "audit_batches",
  {
    /** UTC day of `from_at`, by the node's clock. */
    day: date("day", { mode: "string" }).notNull(),
    nodeId: uuid("node_id").notNull(),
    /** Grows with every row of the node; with `node_id` it is what makes a repeated insert harmless. */
    batch: bigint("batch", { mode: "number" }).notNull(),
    logId: bigint("log_id", { mode: "number" }),
    seqMin: bigint("seq_min", { mode: "number" }),
    seqMax: bigint("seq_max", { mode: "number" }),
    logIds: bigint("log_ids", { mode: "number" }).array(),
    fromAt: timestamp("from_at", { withTimezone: true, precision: 3 }).notNull(),
    toAt: timestamp("to_at", { withTimezone: true, precision: 3 }).notNull(),
    /** Messages counted, not runs. */
    events: integer("events").notNull(),
    directory: jsonb("directory").notNull(),
    body: bytea("body").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.day, table.nodeId, table.batch] }),
    index("audit_batches_by_seq").on(table.logId, table.seqMax),
    index("audit_batches_by_logs").using("gin", table.logIds),
    index("audit_batches_by_time").on(table.toAt),
    /** Rows with REQ, timeouts, drops or gaps; of days since it was made. */
    index("audit_batches_seldom")
      .on(table.toAt)
      .where(
        sql`jsonb_path_exists(${table.directory}, '$.sections[*][2] ? (@ == 4 || @ == 5 || @ == 7)') or ${table.directory}->'gaps' <> '[]'::jsonb`,
      ),
  ],
);
