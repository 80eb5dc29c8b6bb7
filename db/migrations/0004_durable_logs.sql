-- A durable log counts in any node's hands: it can be adopted, and its blocks are written under the fence alone.
ALTER TABLE "logs" ADD COLUMN "durable" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
-- Of the owner when it opened or took the log. Null: a node of the version before wrote it.
ALTER TABLE "logs" ADD COLUMN "epoch" bigint;
