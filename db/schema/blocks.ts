import { bigint, boolean, integer, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";
import { instant } from "./instant.ts";

/** Frames of one log, as they go over the wire. `frames` is stored out of line and not compressed (0001). */
export const blocks = pgTable(
  "blocks",
  {
    logId: bigint("log_id", { mode: "number" }).notNull(),
    /** Single messages with holes between them; may overlap runs. */
    loose: boolean("loose").notNull(),
    firstSeq: bigint("first_seq", { mode: "number" }).notNull(),
    endSeq: bigint("end_seq", { mode: "number" }).notNull(),
    /** Messages in it. */
    count: integer("count").notNull(),
    /** Length of `frames`, to be read without reading them. */
    byteCount: integer("byte_count").notNull(),
    frames: bytea("frames").notNull(),
  },
  (table) => [primaryKey({ columns: [table.logId, table.loose, table.firstSeq] })],
);

/** Checkpoints of a node, appended; of each node only the newest complete one counts. */
export const progress = pgTable(
  "progress",
  {
    nodeId: uuid("node_id").notNull(),
    /** Grows with every checkpoint of the node. */
    checkpoint: bigint("checkpoint", { mode: "number" }).notNull(),
    /** A large checkpoint is several rows: `part` of `parts`, from 0. */
    part: integer("part").notNull(),
    parts: integer("parts").notNull(),
    writtenAt: instant("written_at").notNull().defaultNow(),
    payload: bytea("payload").notNull(),
  },
  (table) => [primaryKey({ columns: [table.nodeId, table.checkpoint, table.part] })],
);
