CREATE TABLE "channels" (
	"topic" text NOT NULL,
	"name" text NOT NULL,
	"version" bigint NOT NULL,
	"declared" boolean NOT NULL,
	"incarnation" bigint NOT NULL,
	"paused" boolean NOT NULL,
	"paused_version" bigint NOT NULL,
	"emptied_version" bigint NOT NULL,
	"deleted_version" bigint NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channels_topic_name_pk" PRIMARY KEY("topic","name")
);
--> statement-breakpoint
CREATE TABLE "topics" (
	"name" text PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"declared" boolean NOT NULL,
	"incarnation" bigint NOT NULL,
	"paused" boolean NOT NULL,
	"paused_version" bigint NOT NULL,
	"emptied_version" bigint NOT NULL,
	"deleted_version" bigint NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "topology" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "channels_by_version" ON "channels" USING btree ("version");--> statement-breakpoint
CREATE INDEX "topics_by_version" ON "topics" USING btree ("version");
--> statement-breakpoint
-- The one row that every act moves on.
INSERT INTO "topology" DEFAULT VALUES;
