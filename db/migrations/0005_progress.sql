CREATE TABLE "progress_flushes" (
	"hour" integer NOT NULL,
	"node_id" uuid NOT NULL,
	"epoch" bigint NOT NULL,
	"flush" bigint NOT NULL,
	"part" integer NOT NULL,
	"parts" integer NOT NULL,
	"whole" boolean NOT NULL,
	"written_at" timestamp with time zone DEFAULT now() NOT NULL,
	"payload" "bytea" NOT NULL,
	CONSTRAINT "progress_flushes_node_id_epoch_flush_part_hour_pk" PRIMARY KEY("node_id","epoch","flush","part","hour")
) PARTITION BY RANGE ("hour");
--> statement-breakpoint
CREATE TABLE "scheduled" (
	"log_id" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"channel" text NOT NULL,
	"topic" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer NOT NULL,
	"why" text NOT NULL,
	"written_at" timestamp with time zone DEFAULT now() NOT NULL,
	"frame" "bytea" NOT NULL,
	CONSTRAINT "scheduled_log_id_seq_channel_pk" PRIMARY KEY("log_id","seq","channel")
);
--> statement-breakpoint
CREATE INDEX "scheduled_by_due" ON "scheduled" USING btree ("log_id","due_at");
--> statement-breakpoint
-- In whose flushes the state of a durable log is, while its owner has not written its own. Null: the owner's of `epoch`.
ALTER TABLE "logs" ADD COLUMN "progress_node" uuid;
--> statement-breakpoint
ALTER TABLE "logs" ADD COLUMN "progress_epoch" bigint;
--> statement-breakpoint
ALTER TABLE "scheduled" ALTER COLUMN "frame" SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE "scheduled" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
-- Makes the partition that holds an hour (counted from 1970), unless it is there. Nodes do it at the same time.
CREATE FUNCTION progress_make_partition(hour integer) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '3s' AS $$
DECLARE
  name text := 'progress_flushes_' || hour;
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF progress_flushes FOR VALUES FROM (%s) TO (%s)', name, hour, hour + 1);
  EXECUTE format('ALTER TABLE %I ALTER COLUMN payload SET STORAGE EXTERNAL', name);
EXCEPTION WHEN duplicate_table OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
-- Drops the partitions of the hours before an hour that hold nothing somebody would have to load; says how many. A life's
-- flushes count from its newest whole one on, while a log's state is in them. Waits for nobody: flushes would wait behind it.
CREATE FUNCTION progress_drop_partitions(before integer) RETURNS integer LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  name text;
  wanted boolean;
  dropped integer := 0;
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'progress_flushes'::regclass AND c.relname ~ '^progress_flushes_\d{1,9}$'
      AND substring(c.relname FROM 18)::integer < before
    ORDER BY c.relname
  LOOP
    EXECUTE format('
      WITH lives AS MATERIALIZED (
        SELECT DISTINCT coalesce(progress_node, node_id) AS node_id, coalesce(progress_epoch, epoch) AS epoch
        FROM logs WHERE durable
      ), held AS MATERIALIZED (
        SELECT node_id, epoch, max(flush) AS last FROM %I GROUP BY node_id, epoch
      )
      SELECT exists (SELECT FROM held JOIN lives USING (node_id, epoch) WHERE held.last >= coalesce((
        SELECT max(w.flush) FROM progress_flushes w
        WHERE w.node_id = held.node_id AND w.epoch = held.epoch AND w.whole AND w.part = w.parts - 1), 0))', name) INTO wanted;
    IF NOT wanted THEN
      EXECUTE format('DROP TABLE IF EXISTS %I', name);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  RETURN dropped;
END $$;
