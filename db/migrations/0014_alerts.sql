CREATE TABLE "alert_rules" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"condition" text NOT NULL,
	"threshold" double precision,
	"for_ms" bigint NOT NULL,
	"severity" text NOT NULL,
	"topics" text NOT NULL,
	"channels" text NOT NULL,
	"enabled" boolean NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alert_mutes" (
	"rule_id" uuid NOT NULL REFERENCES "alert_rules" ("id") ON DELETE CASCADE,
	"object" text NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"reason" text,
	PRIMARY KEY ("rule_id", "object")
);
--> statement-breakpoint
-- What rules found, with everything needed to read it after the rule is gone. Not resolved: it is so now.
CREATE TABLE "alert_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"rule_id" uuid NOT NULL,
	"name" text NOT NULL,
	"condition" text NOT NULL,
	"severity" text NOT NULL,
	"threshold" double precision,
	"value" double precision,
	"topic" text,
	"channel" text,
	"node" text,
	"since" timestamp with time zone NOT NULL,
	"fired_at" timestamp with time zone NOT NULL,
	"resolved_at" timestamp with time zone,
	"muted" boolean NOT NULL
);
--> statement-breakpoint
CREATE INDEX "alert_events_by_time" ON "alert_events" ("fired_at", "id");
--> statement-breakpoint
CREATE INDEX "alert_events_open" ON "alert_events" ("fired_at") WHERE "resolved_at" IS NULL;
--> statement-breakpoint
-- The secret is needed as it is to sign with: whoever reads this table reads the messages beside it too.
CREATE TABLE "alert_webhooks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"enabled" boolean NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL,
	"tried_at" timestamp with time zone,
	"tried_ok" boolean,
	"tried_status" integer,
	"tried_error" text
);
--> statement-breakpoint
-- What is yet to be sent; gone once it was taken, or given up.
CREATE TABLE "alert_deliveries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"webhook_id" uuid NOT NULL REFERENCES "alert_webhooks" ("id") ON DELETE CASCADE,
	"body" jsonb NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "alert_deliveries_due" ON "alert_deliveries" ("next_at");
