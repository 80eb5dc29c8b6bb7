-- What a job has taken out of topics and channels, kept for as long as that can be undone: blocks that a mark lies over are
-- not deleted. A node of the version before deletes them all the same.
CREATE TABLE "removed_by_job" (
	"id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"log_id" bigint NOT NULL,
	"topic" text NOT NULL,
	"channel" text NOT NULL,
	"from_seq" bigint NOT NULL,
	"to_seq" bigint NOT NULL,
	"messages" bigint NOT NULL,
	"lists" jsonb NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "removed_by_job_pk" PRIMARY KEY("id","log_id","channel")
);
--> statement-breakpoint
CREATE INDEX "removed_by_job_by_log" ON "removed_by_job" ("log_id");
--> statement-breakpoint
CREATE INDEX "removed_by_job_by_job" ON "removed_by_job" ("job_id");
--> statement-breakpoint
CREATE INDEX "removed_by_job_by_expiry" ON "removed_by_job" ("expires_at");
--> statement-breakpoint
-- Long work, asked for by operators and done by one console at a time. The asker chooses the id.
CREATE TABLE "jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"topic" text,
	"channel" text,
	"node" text,
	"params" jsonb NOT NULL,
	"state" text NOT NULL,
	"actor" text NOT NULL,
	"role" text NOT NULL,
	"address" text,
	"reason" text,
	"request_id" text NOT NULL,
	"total" bigint NOT NULL,
	"done" bigint NOT NULL,
	"kept" bigint NOT NULL,
	"cancel_asked" boolean DEFAULT false NOT NULL,
	"undo_of" uuid,
	"note" text,
	"result" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"undo_until" timestamp with time zone,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "jobs_by_time" ON "jobs" ("created_at" desc, "id");
--> statement-breakpoint
CREATE INDEX "jobs_open" ON "jobs" ("created_at") WHERE "ended_at" is null;
--> statement-breakpoint
-- What a job has to do, node by node.
CREATE TABLE "job_items" (
	"job_id" uuid NOT NULL REFERENCES "jobs" ("id") ON DELETE CASCADE,
	"item" integer NOT NULL,
	"node" text NOT NULL,
	"step" text NOT NULL,
	"state" text NOT NULL,
	"total" bigint NOT NULL,
	"done" bigint NOT NULL,
	"kept" bigint NOT NULL,
	"error" text,
	CONSTRAINT "job_items_pk" PRIMARY KEY("job_id","item")
);
