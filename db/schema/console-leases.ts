/** Which console does what only one may do. */
import { bigint, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./instant.ts";

export const consoleLeases = pgTable("console_leases", {
  /** What is done: `samples`, `alerts`, `jobs`. */
  name: text("name").primaryKey(),
  /** A console's process: another one after each start. */
  holder: uuid("holder").notNull(),
  /** The fence: moves on whenever another console takes the lease. */
  epoch: bigint("epoch", { mode: "number" }).notNull(),
  until: instant("until").notNull(),
});
