import { bigint, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./instant.ts";

/** Which pages each console has; unlogged. */
export const browserPresence = pgTable("browser_presence", {
  console: text("console").primaryKey(),
  seenAt: instant("seen_at").notNull(),
  connections: jsonb("connections").notNull(),
});

/** What an operator on another console wants done about a page; unlogged. */
export const browserOrders = pgTable(
  "browser_orders",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    console: text("console").notNull(),
    connection: text("connection").notNull(),
    /** `throttle`, to `rdy` (null: no more), or `disconnect`. */
    deed: text("deed").notNull(),
    rdy: integer("rdy"),
    madeAt: instant("made_at").notNull().defaultNow(),
  },
  (table) => [index("browser_orders_by_console").on(table.console)],
);
