-- Tokens of pages that consume or publish: kept by hash, good for one connection.
CREATE TABLE "browser_tokens" (
	"hash" bytea PRIMARY KEY NOT NULL,
	"id" uuid NOT NULL UNIQUE,
	-- 'session', by its hash in hexadecimal digits, or 'token', by the id of an API token.
	"minter_kind" text NOT NULL,
	"minter" text NOT NULL,
	"user_name" text NOT NULL,
	"allows" jsonb NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
CREATE INDEX "browser_tokens_by_expiry" ON "browser_tokens" ("expires_at");
