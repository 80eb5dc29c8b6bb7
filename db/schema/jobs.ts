/** Jobs of operators, and what they have removed and may give back. */
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";
import { instant } from "./instant.ts";

const count = (name: string) => bigint(name, { mode: "number" }).notNull();

/**
 * What a job took out of a log for one channel, or, with an empty name, of what had not left the topic. While the row is
 * there no block that lies in [from_seq, to_seq) is deleted.
 */
export const removedByJob = pgTable(
  "removed_by_job",
  {
    /** One for each time that a node was told to remove something. */
    id: uuid("id").notNull(),
    jobId: uuid("job_id").notNull(),
    logId: count("log_id"),
    topic: text("topic").notNull(),
    channel: text("channel").notNull(),
    fromSeq: count("from_seq"),
    toSeq: count("to_seq"),
    messages: count("messages"),
    /** `ranges`: [from, to) pairs; `singles`: sequence, deliveries so far, when it is due or 0. */
    lists: jsonb("lists").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.logId, table.channel] }),
    index("removed_by_job_by_log").on(table.logId),
    index("removed_by_job_by_job").on(table.jobId),
    index("removed_by_job_by_expiry").on(table.expiresAt),
  ],
);

/** Long work. Whoever asks chooses the id: asked again it is the same job. */
export const jobs = pgTable(
  "jobs",
  {
    id: uuid("id").primaryKey(),
    kind: text("kind").notNull(),
    topic: text("topic"),
    channel: text("channel"),
    node: text("node"),
    params: jsonb("params").notNull(),
    state: text("state").notNull(),
    actor: text("actor").notNull(),
    role: text("role").notNull(),
    address: text("address"),
    reason: text("reason"),
    requestId: text("request_id").notNull(),
    total: count("total"),
    done: count("done"),
    /** Of what was removed, what can be given back. */
    kept: count("kept"),
    cancelAsked: boolean("cancel_asked").notNull().default(false),
    undoOf: uuid("undo_of"),
    note: text("note"),
    result: jsonb("result"),
    createdAt: instant("created_at").notNull().defaultNow(),
    startedAt: instant("started_at"),
    endedAt: instant("ended_at"),
    undoUntil: instant("undo_until"),
    changedAt: instant("changed_at").notNull().defaultNow(),
  },
  (table) => [index("jobs_by_time").on(table.createdAt.desc(), table.id)],
);

/** What a job has to do on one node. */
export const jobItems = pgTable(
  "job_items",
  {
    jobId: uuid("job_id")
      .notNull()
      .references(() => jobs.id, { onDelete: "cascade" }),
    item: integer("item").notNull(),
    node: text("node").notNull(),
    step: text("step").notNull(),
    state: text("state").notNull(),
    total: count("total"),
    done: count("done"),
    kept: count("kept"),
    error: text("error"),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.item] })],
);

/** What a job has made to be downloaded. A part is gzip; one behind the other, unpacked, they are the file. */
export const jobFiles = pgTable(
  "job_files",
  {
    jobId: uuid("job_id")
      .notNull()
      .references(() => jobs.id, { onDelete: "cascade" }),
    part: integer("part").notNull(),
    body: bytea("body").notNull(),
    rows: count("rows"),
    /** Where the next part begins; null: this is the last. */
    next: text("next"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.jobId, table.part] }),
    index("job_files_by_time").on(table.createdAt),
  ],
);
