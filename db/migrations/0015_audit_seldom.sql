-- What seldom happens is found without looking through what always does. ONLY: days from now on have it; to make it for
-- those that are there would hold up whoever writes events.
CREATE INDEX "audit_batches_seldom" ON ONLY "audit_batches" USING btree ("to_at")
  WHERE jsonb_path_exists("directory", '$.sections[*][2] ? (@ == 4 || @ == 5 || @ == 7)')
    OR "directory"->'gaps' <> '[]'::jsonb;
