-- Which pages each console has, said again every few seconds, and what is to be done about them. Nothing of it
-- outlives a crash, so that none of it has to be written ahead.
CREATE UNLOGGED TABLE "browser_presence" (
	"console" text PRIMARY KEY NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"connections" jsonb NOT NULL
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "browser_orders" (
	"id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	"console" text NOT NULL,
	"connection" text NOT NULL,
	-- 'throttle', to "rdy" (null: no more), or 'disconnect'.
	"deed" text NOT NULL,
	"rdy" integer,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "browser_orders_by_console" ON "browser_orders" ("console");
