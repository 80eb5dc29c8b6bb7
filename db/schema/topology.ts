/**
 * What topics and channels a cluster should have, as its operators have said. Every act takes the next
 * version and leaves it in the rows it changed, so that a node that remembers how far it got
 * carries out what came after, in order.
 */
import { bigint, boolean, index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./instant.ts";

const version = (name: string) => bigint(name, { mode: "number" });

/** One row. Whoever acts moves the version on from the one it has seen: of two at once one tries again. */
export const topology = pgTable("topology", {
  /** Another one after the tables were emptied: versions that were noted elsewhere mean nothing then. */
  id: uuid("id").primaryKey().defaultRandom(),
  version: version("version").notNull().default(0),
});

/** Columns of what can be declared. Versions of acts are 0 where there was none. */
const acts = () => ({
  version: version("version").notNull(),
  /** false: it is not wanted, or was only acted on. What acted on it stands here for nodes that were away. */
  declared: boolean("declared").notNull(),
  /** Version at which it was declared: the same name later is another one. */
  incarnation: version("incarnation").notNull(),
  paused: boolean("paused").notNull(),
  pausedVersion: version("paused_version").notNull(),
  emptiedVersion: version("emptied_version").notNull(),
  deletedVersion: version("deleted_version").notNull(),
  changedAt: instant("changed_at").notNull().defaultNow(),
});

export const topics = pgTable(
  "topics",
  {
    name: text("name").primaryKey(),
    ...acts(),
    /** Whether it is to be durable; null: nothing was said, and each node's flags decide. */
    durable: boolean("durable"),
    durableVersion: version("durable_version").notNull().default(0),
  },
  (table) => [index("topics_by_version").on(table.version)],
);

/** They go with their topic. */
export const channels = pgTable(
  "channels",
  { topic: text("topic").notNull(), name: text("name").notNull(), ...acts() },
  (table) => [
    primaryKey({ columns: [table.topic, table.name] }),
    index("channels_by_version").on(table.version),
  ],
);
