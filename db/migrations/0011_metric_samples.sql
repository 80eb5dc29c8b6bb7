-- What is charted: a room of the console's (`overview`, `topic:x`, `channel:x/y`, `node:h`) and a number for it.
CREATE TABLE "metric_series" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	"room" text NOT NULL UNIQUE,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
-- Figures of one series in one step. "at_s": seconds since 1970 at its beginning. "figures": in the order of the room's
-- metrics, to which later versions only append.
CREATE TABLE "metric_samples_10s" (
	"series" integer NOT NULL,
	"at_s" bigint NOT NULL,
	"figures" real[] NOT NULL,
	PRIMARY KEY ("series", "at_s")
) PARTITION BY RANGE ("at_s");
--> statement-breakpoint
CREATE TABLE "metric_samples_1m" (LIKE "metric_samples_10s" INCLUDING ALL) PARTITION BY RANGE ("at_s");
--> statement-breakpoint
CREATE TABLE "metric_samples_1h" (LIKE "metric_samples_10s" INCLUDING ALL) PARTITION BY RANGE ("at_s");
--> statement-breakpoint
-- Until when minutes were added up to hours.
CREATE TABLE "metric_rollup" (
	"id" boolean PRIMARY KEY DEFAULT true CHECK ("id"),
	"hours_until_s" bigint NOT NULL
);
--> statement-breakpoint
-- When nodes were started.
CREATE TABLE "node_starts" (
	"node" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	PRIMARY KEY ("node", "at")
);
--> statement-breakpoint
-- What operators have set for all consoles.
CREATE TABLE "console_settings" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"set_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
-- Makes the partition of a table of samples that holds a time, unless it is there. A partition has so many seconds.
CREATE FUNCTION metric_make_partition(parent text, seconds integer, at_s bigint) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '3s' AS $$
DECLARE
  first bigint := at_s / seconds * seconds;
  name text := parent || '_' || first;
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)', name, parent, first, first + seconds);
EXCEPTION WHEN duplicate_table OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
-- Drops the partitions of a table of samples that end before a time; says how many. Waits for nobody.
CREATE FUNCTION metric_drop_partitions(parent text, seconds integer, before_s bigint) RETURNS integer LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  name text;
  dropped integer := 0;
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass(parent) AND c.relname ~ ('^' || parent || '_\d+$')
      AND substring(c.relname FROM '\d+$')::bigint + seconds <= before_s
    ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I', name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
