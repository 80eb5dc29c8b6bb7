import { index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";
import { instant } from "./instant.ts";

/** Of pages that consume or publish. Keyed by the SHA-256 of the secret. */
export const browserTokens = pgTable(
  "browser_tokens",
  {
    hash: bytea("hash").primaryKey(),
    id: uuid("id").notNull().unique(),
    /** `session`, by its hash in hexadecimal digits, or `token`, by the id of an API token. */
    minterKind: text("minter_kind").notNull(),
    minter: text("minter").notNull(),
    userName: text("user_name").notNull(),
    allows: jsonb("allows").notNull(),
    expiresAt: instant("expires_at").notNull(),
    usedAt: instant("used_at"),
    revokedAt: instant("revoked_at"),
  },
  (table) => [index("browser_tokens_by_expiry").on(table.expiresAt)],
);
