-- Who may do what: globs as lists of text, and what is apart from the role.
ALTER TABLE "users" ADD COLUMN "topics" jsonb DEFAULT '["*"]' NOT NULL;
ALTER TABLE "users" ADD COLUMN "channels" jsonb DEFAULT '["*"]' NOT NULL;
ALTER TABLE "users" ADD COLUMN "reads_bodies" boolean DEFAULT true NOT NULL;
ALTER TABLE "users" ADD COLUMN "disabled_at" timestamp with time zone;
-- argon2id in its own notation; null: signs in by links alone.
ALTER TABLE "users" ADD COLUMN "password" text;
ALTER TABLE "users" ADD COLUMN "password_changed_at" timestamp with time zone;
ALTER TABLE "users" ADD COLUMN "last_seen_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "method" text DEFAULT 'link' NOT NULL;
-- When its owner last proved to be who they are; null: when it was made.
ALTER TABLE "sessions" ADD COLUMN "fresh_at" timestamp with time zone;
--> statement-breakpoint
-- One-time links of people other than the first: a console that does not know of them lets nobody in by them.
CREATE TABLE "user_links" (
	"hash" bytea PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL REFERENCES "users"("id") ON DELETE cascade,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "api_tokens" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"hash" bytea NOT NULL UNIQUE,
	"user_id" uuid NOT NULL REFERENCES "users"("id") ON DELETE cascade,
	"name" text NOT NULL,
	"hint" text NOT NULL,
	"rights" jsonb NOT NULL,
	"topics" jsonb NOT NULL,
	"channels" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"last_used_address" text,
	"revoked_at" timestamp with time zone
);
CREATE INDEX "api_tokens_by_user" ON "api_tokens" ("user_id");
--> statement-breakpoint
-- Failed sign-ins, by name and address; an empty name: all names from that address.
CREATE TABLE "sign_in_failures" (
	"name" text NOT NULL,
	"address" text NOT NULL,
	"failures" integer NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"locked_until" timestamp with time zone NOT NULL,
	CONSTRAINT "sign_in_failures_pk" PRIMARY KEY ("name", "address")
);
--> statement-breakpoint
ALTER TABLE "operator_actions" ADD COLUMN "actor_kind" text DEFAULT 'user' NOT NULL;
ALTER TABLE "operator_actions" ADD COLUMN "session" text;
ALTER TABLE "operator_actions" ADD COLUMN "request_id" text;
ALTER TABLE "operator_actions" ADD COLUMN "per_node" jsonb;
-- Each line has the hash of the one before: none can be changed, taken out or put in between unseen.
ALTER TABLE "operator_actions" ADD COLUMN "seq" bigint;
ALTER TABLE "operator_actions" ADD COLUMN "prev_hash" bytea;
ALTER TABLE "operator_actions" ADD COLUMN "hash" bytea;
CREATE UNIQUE INDEX "operator_actions_by_seq" ON "operator_actions" ("seq");
CREATE INDEX "operator_actions_by_object" ON "operator_actions" ("topic", "channel", "seq");
--> statement-breakpoint
CREATE TABLE "operator_chain" (
	"one" boolean PRIMARY KEY DEFAULT true CHECK ("one"),
	"seq" bigint NOT NULL,
	"hash" bytea NOT NULL
);
INSERT INTO "operator_chain" ("seq", "hash") VALUES (0, sha256(''));
--> statement-breakpoint
-- What of a line its hash is over, always written alike.
CREATE FUNCTION operator_action_text(line operator_actions) RETURNS text
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT jsonb_build_array(line.seq, line.id, to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    line.actor_kind, line.actor, line.address, line.session, line.request_id, line.action, line.topic, line.channel,
    line.node, line.object, line.before, line.after, line.reason, line.result, line.per_node)::text
$$;
--> statement-breakpoint
CREATE FUNCTION operator_action_append() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  -- One after the other: the row is held until the line is in.
  SELECT seq + 1, hash INTO NEW.seq, NEW.prev_hash FROM operator_chain FOR UPDATE;
  NEW.hash := sha256(NEW.prev_hash || convert_to(operator_action_text(NEW), 'UTF8'));
  UPDATE operator_chain SET seq = NEW.seq, hash = NEW.hash;
  RETURN NEW;
END $$;
--> statement-breakpoint
-- Lines from before.
DO $$
DECLARE line operator_actions;
BEGIN
  FOR line IN SELECT * FROM operator_actions ORDER BY at, id LOOP
    SELECT seq + 1, hash INTO line.seq, line.prev_hash FROM operator_chain;
    line.hash := sha256(line.prev_hash || convert_to(operator_action_text(line), 'UTF8'));
    UPDATE operator_chain SET seq = line.seq, hash = line.hash;
    UPDATE operator_actions SET seq = line.seq, prev_hash = line.prev_hash, hash = line.hash WHERE id = line.id;
  END LOOP;
END $$;
--> statement-breakpoint
CREATE TRIGGER "operator_actions_append" BEFORE INSERT ON "operator_actions"
  FOR EACH ROW EXECUTE FUNCTION operator_action_append();
--> statement-breakpoint
CREATE FUNCTION operator_action_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the operators'' log is only ever appended to' USING ERRCODE = 'WEIR2';
END $$;
--> statement-breakpoint
CREATE TRIGGER "operator_actions_kept" BEFORE UPDATE OR DELETE OR TRUNCATE ON "operator_actions"
  FOR EACH STATEMENT EXECUTE FUNCTION operator_action_kept();
