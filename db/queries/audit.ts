/** The audit: the life of one message is read, rows and days are added and dropped. */
import {
  type AuditDirectory,
  type AuditEventName,
  auditEventNames,
  decodeSection,
  rowSpanMax,
  type SectionEntry,
} from "../audit-format.ts";
import { type Row, type Sql, withDeadline } from "../statement.ts";

const statementMs = 5_000;

export interface AuditEvent {
  /** Milliseconds since 1970, by the node's clock. */
  readonly atMs: number;
  readonly event: AuditEventName;
  /** 16 hexadecimal characters. */
  readonly messageId: string;
  readonly topic: string;
  /** "" for what happened in the topic itself. */
  readonly channel: string;
  /** Deliveries so far, this one included; 0 for publish. */
  readonly attempts: number;
  /** Of a requeue or a deferred publish. */
  readonly delayMs: number;
  readonly client: AuditClient | null;
  /** Identity of the node. */
  readonly nodeId: string;
  /** The node's at that time; null: it had none, or did not say. */
  readonly epoch: number | null;
}

export interface AuditClient {
  readonly number: number;
  readonly clientId: string;
  readonly hostname: string;
  readonly address: string;
}

interface BatchRow extends Row {
  readonly nodeId: string;
  readonly directory: AuditDirectory;
  readonly body: Uint8Array;
  readonly isShared?: boolean;
}

/** A message was touched at most so often in a trace that people read; what is beyond is cut. */
const traceRowsMax = 2_000;

/**
 * Everything known of one message, in order of time. Empty: nothing is known, which is so for an id that
 * is not 16 hexadecimal characters too. Gives up after 5 s with `DeadlineError`.
 * `channel`: only what happened there and in the topic itself.
 */
export async function traceMessage(
  sql: Sql,
  messageId: string,
  options: { channel?: string; rowsMax?: number } = {},
): Promise<AuditEvent[]> {
  if (!/^[0-9a-f]{16}$/.test(messageId)) return [];
  const logId = Number.parseInt(messageId.slice(0, 8), 16);
  const seq = Number.parseInt(messageId.slice(8), 16);
  const rowsMax = options.rowsMax ?? traceRowsMax;
  const newest = await withDeadline(
    sql<BatchRow[]>`
      (select node_id as "nodeId", directory, body, false as "isShared" from audit_batches
        where log_id = ${logId} and seq_max between ${seq} and ${seq + rowSpanMax} and seq_min <= ${seq}
        limit ${rowsMax})
      union all
      (select node_id, directory, body, true from audit_batches
        where log_ids @> ${`{${logId}}`}::bigint[] order by to_at desc limit ${rowsMax})`,
    statementMs,
  );
  const shared = newest.filter(({ isShared }) => isShared);
  // A quiet log is in a row of every second. Where the newest do not go back to the publish, those that have the
  // message are looked for by their directories, which takes longer.
  const goesBack =
    shared.length < rowsMax || newest.some(({ directory }) => publishes(directory, logId, seq));
  const rows = goesBack
    ? newest
    : [
        ...newest.filter(({ isShared }) => !isShared),
        ...(await withDeadline(
          sql<BatchRow[]>`
            select node_id as "nodeId", directory, body from audit_batches
            where log_ids @> ${`{${logId}}`}::bigint[] and jsonb_path_exists(directory,
              'strict $.sections[*] ? (@[0] == $l && @[3] <= $s && @[4] >= $s)',
              ${JSON.stringify({ l: logId, s: seq })}::text::jsonb)
            order by to_at desc limit ${traceRowsMax}`,
          statementMs,
        )),
      ];
  const wanted = (section: SectionEntry) => section[0] === logId && section[3] <= seq && seq <= section[4];
  const events: AuditEvent[] = [];
  for (const row of rows) {
    for (const event of eventsOf(row, wanted, seq)) {
      if (options.channel === undefined || event.channel === "" || event.channel === options.channel) {
        events.push(event);
      }
    }
  }
  return events.sort(
    (a, b) =>
      a.atMs - b.atMs || a.attempts - b.attempts || (a.event < b.event ? -1 : Number(a.event > b.event)),
  );
}

/** Whether the row may have the message's publish: what is older than it is no part of its life. */
function publishes({ sections }: AuditDirectory, logId: number, seq: number): boolean {
  return sections.some(
    ([log, , kind, seqMin, seqMax]) => log === logId && kind === 1 && seqMin <= seq && seq <= seqMax,
  );
}

/** What happened to the message `seq` of a log, by the sections that `wanted` chooses. */
function* eventsOf(
  { directory, body, nodeId }: BatchRow,
  wanted: (section: SectionEntry) => boolean,
  seq: number,
): Generator<AuditEvent> {
  const clients = new Map(directory.clients.map((client) => [client[0], client]));
  for (const section of directory.sections) {
    if (!wanted(section)) continue;
    const [logId, place, kind, , , firstSeq, firstAtMs, offset, bytes] = section;
    const [topic, channel] = directory.places[place]!;
    for (const run of decodeSection(body.subarray(offset, offset + bytes), kind, firstSeq, firstAtMs)) {
      if (seq < run.seq || seq >= run.seq + run.count) continue;
      const client = clients.get(run.client);
      yield {
        atMs: run.atMs,
        event: auditEventNames[kind - 1]!,
        messageId: hex(logId) + hex(seq),
        topic,
        channel,
        attempts: run.attempts,
        delayMs: run.delayMs,
        client: client
          ? { number: client[0], clientId: client[1], hostname: client[2], address: client[3] }
          : null,
        nodeId,
        epoch: directory.epoch ?? null,
      };
    }
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

export interface NewAuditBatch {
  /** UTC, `YYYY-MM-DD`. */
  readonly day: string;
  readonly batch: number;
  readonly logId: number | null;
  readonly seqMin: number | null;
  readonly seqMax: number | null;
  readonly logIds: readonly number[] | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly events: number;
  /** An `AuditDirectory` as JSON text. */
  readonly directory: string;
  readonly body: Uint8Array;
}

/** Appends one row. Again with the same key: nothing happens. Fails with SQLSTATE 23514 when its day has no partition. */
export async function insertAuditBatch(sql: Sql, nodeId: string, row: NewAuditBatch): Promise<void> {
  await withDeadline(
    sql`insert into audit_batches
      (day, node_id, batch, log_id, seq_min, seq_max, log_ids, from_at, to_at, events, directory, body)
      values (${row.day}::text::date, ${nodeId}, ${row.batch}, ${row.logId}, ${row.seqMin}, ${row.seqMax},
        ${row.logIds && `{${row.logIds.join(",")}}`}::text::bigint[], ${new Date(row.fromMs)}, ${new Date(row.toMs)},
        ${row.events}, ${row.directory}::text::jsonb, ${row.body})
      on conflict do nothing`,
    statementMs * 2,
  );
}

/** Makes the partitions of some days, each a statement of its own. Harmless to repeat. */
export async function makeAuditPartitions(sql: Sql, days: readonly string[]): Promise<void> {
  for (const day of days) {
    await withDeadline(sql`select audit_make_partition(${day}::text::date)`, statementMs);
  }
}

/** Drops the days before `day`. */
export async function dropAuditPartitions(sql: Sql, day: string): Promise<number> {
  const [row] = await withDeadline(
    sql<{ dropped: number }[]>`select audit_drop_partitions(${day}::text::date) as dropped`,
    statementMs,
  );
  return row!.dropped;
}
