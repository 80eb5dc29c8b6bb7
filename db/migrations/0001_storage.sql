-- Frames are read whole and are seldom worth compressing: out of line, as they are.
ALTER TABLE "blocks" ALTER COLUMN "frames" SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE "audit_batches" ALTER COLUMN "body" SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE "progress" ALTER COLUMN "payload" SET STORAGE EXTERNAL;
--> statement-breakpoint
-- A drained block is deleted; its row must not wait for a fifth of a large table to be dead.
ALTER TABLE "blocks" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
ALTER TABLE "progress" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
-- Makes the partition that holds a day, unless it is there. Nodes do it at the same time.
CREATE FUNCTION audit_make_partition(day date) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '3s' AS $$
DECLARE
  name text := 'audit_batches_' || to_char(day, 'YYYYMMDD');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF audit_batches FOR VALUES FROM (%L) TO (%L)', name, day, day + 1);
  EXECUTE format('ALTER TABLE %I ALTER COLUMN body SET STORAGE EXTERNAL', name);
EXCEPTION WHEN duplicate_table OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
-- Drops the partitions of the days before a day; says how many.
CREATE FUNCTION audit_drop_partitions(before date) RETURNS integer LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '3s' AS $$
DECLARE
  name text;
  dropped integer := 0;
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'audit_batches'::regclass AND c.relname ~ '^audit_batches_\d{8}$'
      AND to_date(right(c.relname, 8), 'YYYYMMDD') < before
    ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I', name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
