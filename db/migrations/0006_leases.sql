CREATE TABLE "leases" (
	"node_id" uuid PRIMARY KEY NOT NULL,
	"term" bigint NOT NULL,
	"ttl_ms" integer NOT NULL,
	"renewals" bigint NOT NULL,
	"renewed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"released" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "adoptions" (
	"node_id" uuid NOT NULL,
	"epoch" bigint NOT NULL,
	"adopter_id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"logs" integer NOT NULL,
	"waited_ms" integer NOT NULL,
	"took_ms" integer,
	CONSTRAINT "adoptions_node_id_epoch_pk" PRIMARY KEY("node_id","epoch")
);
--> statement-breakpoint
-- A row of a few bytes, written every few seconds by each node: it stays on its page.
ALTER TABLE "leases" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
--> statement-breakpoint
-- Each renewal asks for them.
CREATE INDEX "adoptions_unfinished" ON "adoptions" ("adopter_id") WHERE "took_ms" IS NULL;
