-- What a job has made to be downloaded, part by part; a part says where the next one begins. It goes with its job, and after a day.
CREATE TABLE "job_files" (
	"job_id" uuid NOT NULL REFERENCES "jobs" ("id") ON DELETE CASCADE,
	"part" integer NOT NULL,
	"body" bytea NOT NULL,
	"rows" bigint NOT NULL,
	"next" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "job_files_pk" PRIMARY KEY("job_id","part")
);
--> statement-breakpoint
CREATE INDEX "job_files_by_time" ON "job_files" ("created_at");
