-- What was said of a topic's class; null: nothing, and each node's flags decide.
ALTER TABLE "topics" ADD COLUMN "durable" boolean;
--> statement-breakpoint
-- Version of the act that said it: what is older than the topic's deletion was said of another one.
ALTER TABLE "topics" ADD COLUMN "durable_version" bigint DEFAULT 0 NOT NULL;
