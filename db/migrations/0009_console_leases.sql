-- What only one console may do: samples, alerts, jobs. The epoch is the fence, time is this server's.
CREATE TABLE "console_leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" uuid NOT NULL,
	"epoch" bigint NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
-- A row of a few bytes, written every few seconds: it stays on its page.
ALTER TABLE "console_leases" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
