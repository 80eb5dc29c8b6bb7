import { index, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

const instant = (name: string) => timestamp(name, { withTimezone: true });

export const users = pgTable("users", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull().unique(),
  role: text("role").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/** Keyed by the SHA-256 of the cookie: who reads the table cannot sign in with it. */
export const sessions = pgTable(
  "sessions",
  {
    idHash: bytea("id_hash").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
    userAgent: text("user_agent"),
    address: text("address"),
  },
  (table) => [index("sessions_by_user").on(table.userId)],
);

/** One-time links. Kept by hash, like sessions. */
export const signinTokens = pgTable("signin_tokens", {
  hash: bytea("hash").primaryKey(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
});

/** Who did what to what, refusals too. Only ever appended. */
export const operatorActions = pgTable(
  "operator_actions",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    at: instant("at").notNull().defaultNow(),
    /** A user's name, or what stands for one. */
    actor: text("actor").notNull(),
    address: text("address"),
    action: text("action").notNull(),
    topic: text("topic"),
    channel: text("channel"),
    node: text("node"),
    object: jsonb("object"),
    before: jsonb("before"),
    after: jsonb("after"),
    reason: text("reason"),
    /** `ok`, or why it was refused or failed. */
    result: text("result").notNull(),
  },
  (table) => [index("operator_actions_by_time").on(table.at, table.id)],
);
