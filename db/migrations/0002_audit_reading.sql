-- Decodes one section of a batch; the format is told in db/audit-format.ts.
CREATE FUNCTION audit_decode(body bytea, kind integer, first_seq bigint, first_at_ms bigint)
RETURNS TABLE (seq bigint, count bigint, at_ms bigint, client bigint, attempts bigint, delay_ms bigint)
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path FROM CURRENT AS $$
DECLARE
  pos integer := 0;
  size integer := length(body);
  flags integer;
  field integer;
  value bigint;
  shift integer;
  byte integer;
BEGIN
  seq := first_seq; at_ms := first_at_ms; client := 0; delay_ms := 0;
  attempts := CASE WHEN kind = 1 THEN 0 ELSE 1 END;
  WHILE pos < size LOOP
    flags := get_byte(body, pos);
    pos := pos + 1;
    count := 1;
    FOR field IN 0..5 LOOP
      CONTINUE WHEN flags & (1 << field) = 0;
      value := 0;
      shift := 0;
      LOOP
        byte := get_byte(body, pos);
        pos := pos + 1;
        value := value + ((byte & 127)::bigint << shift);
        shift := shift + 7;
        EXIT WHEN byte < 128;
      END LOOP;
      CASE field
        WHEN 0 THEN seq := seq + CASE WHEN value % 2 = 0 THEN value / 2 ELSE -(value + 1) / 2 END;
        WHEN 1 THEN at_ms := at_ms + CASE WHEN value % 2 = 0 THEN value / 2 ELSE -(value + 1) / 2 END;
        WHEN 2 THEN client := value;
        WHEN 3 THEN count := value;
        WHEN 4 THEN attempts := value;
        ELSE delay_ms := value;
      END CASE;
    END LOOP;
    RETURN NEXT;
    seq := seq + count;
  END LOOP;
END $$;
--> statement-breakpoint
-- The events of a batch, one by one: all of them, or those of one message.
CREATE FUNCTION audit_expand(directory jsonb, body bytea, only_log bigint, only_seq bigint)
RETURNS TABLE (at timestamptz, event text, message_id text, log_id bigint, seq bigint, topic text, channel text,
  attempts integer, delay_ms bigint, client_number bigint, client_id text, hostname text, address text, lost bigint)
LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT AS $$
  SELECT timestamptz 'epoch' + r.at_ms * interval '1 millisecond',
    (array['publish', 'deliver', 'finish', 'requeue', 'timeout', 'touch', 'drop'])[(s->>2)::int],
    lpad(to_hex((s->>0)::bigint), 8, '0') || lpad(to_hex(m.seq), 8, '0'),
    (s->>0)::bigint, m.seq,
    directory->'places'->(s->>1)::int->>0, directory->'places'->(s->>1)::int->>1,
    r.attempts::int, r.delay_ms, nullif(r.client, 0), c.client->>1, c.client->>2, c.client->>3, NULL::bigint
  FROM jsonb_array_elements(directory->'sections') s
  CROSS JOIN LATERAL audit_decode(substring(body FROM (s->>7)::int + 1 FOR (s->>8)::int), (s->>2)::int, (s->>5)::bigint, (s->>6)::bigint) r
  CROSS JOIN LATERAL generate_series(greatest(r.seq, coalesce(only_seq, r.seq)), least(r.seq + r.count - 1, coalesce(only_seq, r.seq + r.count - 1))) m(seq)
  LEFT JOIN LATERAL (SELECT x AS client FROM jsonb_array_elements(directory->'clients') x WHERE (x->>0)::bigint = r.client LIMIT 1) c ON true
  WHERE only_log IS NULL OR ((s->>0)::bigint = only_log AND only_seq BETWEEN (s->>3)::bigint AND (s->>4)::bigint)
  UNION ALL
  SELECT timestamptz 'epoch' + (g->>2)::bigint * interval '1 millisecond', 'gap', NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, (g->>1)::bigint
  FROM jsonb_array_elements(directory->'gaps') g
  WHERE only_log IS NULL
$$;
--> statement-breakpoint
CREATE VIEW audit_events AS
  SELECT e.*, b.node_id FROM audit_batches b CROSS JOIN LATERAL audit_expand(b.directory, b.body, NULL, NULL) e;
--> statement-breakpoint
-- The life of one message, by its 16 characters. 4194304: no row of one log spans more sequences.
CREATE FUNCTION audit_trace(id text)
RETURNS SETOF audit_events LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  WITH wanted AS (
    SELECT ('x' || lpad(left(id, 8), 16, '0'))::bit(64)::bigint AS log_id,
      ('x' || lpad(right(id, 8), 16, '0'))::bit(64)::bigint AS seq
    WHERE id ~ '^[0-9a-f]{16}$'
  ), found AS (
    SELECT b.node_id, b.directory, b.body FROM wanted w JOIN audit_batches b
      ON b.log_id = w.log_id AND b.seq_max BETWEEN w.seq AND w.seq + 4194304 AND b.seq_min <= w.seq
    UNION ALL
    SELECT b.node_id, b.directory, b.body FROM wanted w JOIN audit_batches b ON b.log_ids @> array[w.log_id]
  )
  SELECT e.*, f.node_id FROM wanted w CROSS JOIN found f
  CROSS JOIN LATERAL audit_expand(f.directory, f.body, w.log_id, w.seq) e
  ORDER BY e.at, e.attempts, e.event
$$;
