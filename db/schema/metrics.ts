/** Samples of what is charted. The three tables of samples are alike, and partitioned by time. */
import { bigint, boolean, integer, jsonb, pgTable, primaryKey, real, text } from "drizzle-orm/pg-core";
import { instant } from "./instant.ts";

export const metricSeries = pgTable("metric_series", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  /** The console's name of what is charted: `overview`, `topic:x`, `channel:x/y`, `node:h`. */
  room: text("room").notNull().unique(),
  seenAt: instant("seen_at").notNull().defaultNow(),
});

const samples = (name: string) =>
  pgTable(
    name,
    {
      series: integer("series").notNull(),
      /** Seconds since 1970 at the beginning of the step. */
      atS: bigint("at_s", { mode: "number" }).notNull(),
      /** In the order of the room's metrics, to which later versions only append. */
      figures: real("figures").array().notNull(),
    },
    (table) => [primaryKey({ columns: [table.series, table.atS] })],
  );
export const metricSamples10s = samples("metric_samples_10s");
export const metricSamples1m = samples("metric_samples_1m");
export const metricSamples1h = samples("metric_samples_1h");

export const metricRollup = pgTable("metric_rollup", {
  id: boolean("id").primaryKey().default(true),
  hoursUntilS: bigint("hours_until_s", { mode: "number" }).notNull(),
});

export const nodeStarts = pgTable(
  "node_starts",
  {
    /** Its key in the console. */
    node: text("node").notNull(),
    at: instant("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.node, table.at] })],
);

export const consoleSettings = pgTable("console_settings", {
  name: text("name").primaryKey(),
  value: jsonb("value").notNull(),
  setAt: instant("set_at").notNull().defaultNow(),
});
