/** How far the channels of durable topics are, and what is delivered later. */
import {
  bigint,
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";
import { instant } from "./instant.ts";

/**
 * What a node noted of its durable logs, appended ten times a second at most; partitioned by hour (0005). Those of one
 * life of a node, (node, epoch), are read in order from its newest whole one on.
 */
export const progressFlushes = pgTable(
  "progress_flushes",
  {
    /** Since 1970, by the node's clock: says only which partition it is in. */
    hour: integer("hour").notNull(),
    nodeId: uuid("node_id").notNull(),
    epoch: bigint("epoch", { mode: "number" }).notNull(),
    /** Grows with every flush of the node. */
    flush: bigint("flush", { mode: "number" }).notNull(),
    /** A large flush is several rows: `part` of `parts`, from 0, the last written last. */
    part: integer("part").notNull(),
    parts: integer("parts").notNull(),
    /** It says everything; what was flushed before it counts no more. */
    whole: boolean("whole").notNull(),
    writtenAt: instant("written_at").notNull().defaultNow(),
    payload: bytea("payload").notNull(),
  },
  (table) => [primaryKey({ columns: [table.nodeId, table.epoch, table.flush, table.part, table.hour] })],
);

/** A message of a durable topic that is due later, once for every channel it is owed to. */
export const scheduled = pgTable(
  "scheduled",
  {
    logId: bigint("log_id", { mode: "number" }).notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    /** Empty: it has not left its topic. */
    channel: text("channel").notNull(),
    topic: text("topic").notNull(),
    dueAt: timestamp("due_at", { withTimezone: true, precision: 3 }).notNull(),
    attempts: integer("attempts").notNull(),
    /** `publish` or `requeue`. */
    why: text("why").notNull(),
    writtenAt: instant("written_at").notNull().defaultNow(),
    frame: bytea("frame").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.logId, table.seq, table.channel] }),
    index("scheduled_by_due").on(table.logId, table.dueAt),
  ],
);
