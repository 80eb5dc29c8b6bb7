import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";
import { instant } from "./instant.ts";

export const users = pgTable("users", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull().unique(),
  role: text("role").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  /** Globs. */
  topics: jsonb("topics").notNull().default(["*"]),
  channels: jsonb("channels").notNull().default(["*"]),
  readsBodies: boolean("reads_bodies").notNull().default(true),
  disabledAt: instant("disabled_at"),
  /** argon2id in its own notation; null: signs in by links alone. */
  password: text("password"),
  passwordChangedAt: instant("password_changed_at"),
  lastSeenAt: instant("last_seen_at"),
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
    /** `link` or `password`. */
    method: text("method").notNull().default("link"),
    /** When its owner last proved to be who they are; null: when it was made. */
    freshAt: instant("fresh_at"),
  },
  (table) => [index("sessions_by_user").on(table.userId)],
);

/** One-time links. Kept by hash, like sessions. */
export const signinTokens = pgTable("signin_tokens", {
  hash: bytea("hash").primaryKey(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
});

/** One-time links of people other than the first: a console that does not know of them lets nobody in by them. */
export const userLinks = pgTable("user_links", {
  hash: bytea("hash").primaryKey(),
  userId: uuid("user_id")
    .notNull()
    .references(() => users.id, { onDelete: "cascade" }),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
});

/** For programs; kept by hash, and never more than their owner may. */
export const apiTokens = pgTable(
  "api_tokens",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    hash: bytea("hash").notNull().unique(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** The first characters, to know it again. */
    hint: text("hint").notNull(),
    rights: jsonb("rights").notNull(),
    topics: jsonb("topics").notNull(),
    channels: jsonb("channels").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at"),
    lastUsedAt: instant("last_used_at"),
    lastUsedAddress: text("last_used_address"),
    revokedAt: instant("revoked_at"),
  },
  (table) => [index("api_tokens_by_user").on(table.userId)],
);

/** Failed sign-ins, by name and address; an empty name: all names from that address. */
export const signInFailures = pgTable(
  "sign_in_failures",
  {
    name: text("name").notNull(),
    address: text("address").notNull(),
    failures: integer("failures").notNull(),
    lastAt: instant("last_at").notNull(),
    lockedUntil: instant("locked_until").notNull(),
  },
  (table) => [primaryKey({ name: "sign_in_failures_pk", columns: [table.name, table.address] })],
);

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
    actorKind: text("actor_kind").notNull().default("user"),
    session: text("session"),
    requestId: text("request_id"),
    perNode: jsonb("per_node"),
    /** Filled by a trigger: each line has the hash of the one before. */
    seq: bigint("seq", { mode: "number" }),
    prevHash: bytea("prev_hash"),
    hash: bytea("hash"),
  },
  (table) => [
    index("operator_actions_by_time").on(table.at, table.id),
    uniqueIndex("operator_actions_by_seq").on(table.seq),
    index("operator_actions_by_object").on(table.topic, table.channel, table.seq),
  ],
);

/** The last line of the operators' log: whoever appends holds it. */
export const operatorChain = pgTable("operator_chain", {
  one: boolean("one").primaryKey().default(true),
  seq: bigint("seq", { mode: "number" }).notNull(),
  hash: bytea("hash").notNull(),
});
