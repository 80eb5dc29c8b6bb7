CREATE TABLE "audit_batches" (
	"day" date NOT NULL,
	"node_id" uuid NOT NULL,
	"batch" bigint NOT NULL,
	"log_id" bigint,
	"seq_min" bigint,
	"seq_max" bigint,
	"log_ids" bigint[],
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone NOT NULL,
	"events" integer NOT NULL,
	"directory" jsonb NOT NULL,
	"body" "bytea" NOT NULL,
	CONSTRAINT "audit_batches_day_node_id_batch_pk" PRIMARY KEY("day","node_id","batch")
) PARTITION BY RANGE ("day");
--> statement-breakpoint
CREATE TABLE "blocks" (
	"log_id" bigint NOT NULL,
	"loose" boolean NOT NULL,
	"first_seq" bigint NOT NULL,
	"end_seq" bigint NOT NULL,
	"count" integer NOT NULL,
	"byte_count" integer NOT NULL,
	"frames" "bytea" NOT NULL,
	CONSTRAINT "blocks_log_id_loose_first_seq_pk" PRIMARY KEY("log_id","loose","first_seq")
);
--> statement-breakpoint
CREATE TABLE "progress" (
	"node_id" uuid NOT NULL,
	"checkpoint" bigint NOT NULL,
	"part" integer NOT NULL,
	"parts" integer NOT NULL,
	"written_at" timestamp with time zone DEFAULT now() NOT NULL,
	"payload" "bytea" NOT NULL,
	CONSTRAINT "progress_node_id_checkpoint_part_pk" PRIMARY KEY("node_id","checkpoint","part")
);
--> statement-breakpoint
CREATE TABLE "operator_actions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"address" text,
	"action" text NOT NULL,
	"topic" text,
	"channel" text,
	"node" text,
	"object" jsonb,
	"before" jsonb,
	"after" jsonb,
	"reason" text,
	"result" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id_hash" "bytea" PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"user_agent" text,
	"address" text
);
--> statement-breakpoint
CREATE TABLE "signin_tokens" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "log_ranges" (
	"range" integer PRIMARY KEY NOT NULL,
	"node_id" uuid NOT NULL,
	"reserved_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "logs" (
	"log_id" bigint PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"node_id" uuid NOT NULL,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sealed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"epoch" bigint DEFAULT 1 NOT NULL,
	"hostname" text NOT NULL,
	"broadcast_address" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_batches_by_seq" ON "audit_batches" USING btree ("log_id","seq_max");--> statement-breakpoint
CREATE INDEX "audit_batches_by_logs" ON "audit_batches" USING gin ("log_ids");--> statement-breakpoint
CREATE INDEX "audit_batches_by_time" ON "audit_batches" USING btree ("to_at");--> statement-breakpoint
CREATE INDEX "operator_actions_by_time" ON "operator_actions" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "sessions_by_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "logs_by_node" ON "logs" USING btree ("node_id");