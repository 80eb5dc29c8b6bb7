/** The audit, read: the life of one message, and what happened lately. */
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
  /** `gap`: events that were not kept; then `count` says how many, and there is no message. */
  readonly event: AuditEventName | "gap";
  /** 16 hexadecimal characters; of the first message where `count` is above 1; "" for a gap. */
  readonly messageId: string;
  /** Messages, one after the other by id, to which it happened at once. 1 in a trace. */
  readonly count: number;
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
  /** Why there is a gap; else "". */
  readonly reason: string;
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

/** Where to go on with `recentEvents`: opaque. */
export type AuditCursor = string;

/** Batches looked at for one answer; a quiet topic may need several answers. */
const recentRowsMax = 64;

/**
 * The newest events of a topic, or of one of its channels (`channel` not null), newest first; runs stay
 * runs. Stops at about `limit` events or after a few dozen batches, whichever is first: fewer events than `limit`
 * with a `next` means that one may go on looking. `next` null: that was all.
 */
export async function recentEvents(
  sql: Sql,
  topic: string,
  channel: string | null,
  limit: number,
  cursor: AuditCursor | null,
): Promise<{ events: AuditEvent[]; next: AuditCursor | null }> {
  const after = cursor === null ? null : /^(\d{1,15})\/([0-9a-f-]{36})\/(\d{1,15})$/.exec(cursor);
  const bound = after
    ? sql`where (to_at, node_id, batch) < (${new Date(Number(after[1]))}, ${after[2]!}::uuid, ${Number(after[3])})
        and to_at <= ${new Date(Number(after[1]))}`
    : sql``;
  const rows = await withDeadline(
    sql<(BatchRow & { toAt: Date; batch: number })[]>`
      select node_id as "nodeId", directory, body, to_at as "toAt", batch from audit_batches
      ${bound} order by to_at desc, node_id desc, batch desc limit ${recentRowsMax}`,
    statementMs,
  );
  const events: AuditEvent[] = [];
  for (const [index, row] of rows.entries()) {
    const { places } = row.directory;
    const wanted = (section: SectionEntry) => {
      const place = places[section[1]];
      return place?.[0] === topic && (channel === null || place[1] === channel);
    };
    const found = [...eventsOf(row, wanted, null)].sort((a, b) => b.atMs - a.atMs || b.attempts - a.attempts);
    for (const event of found) events.push(event);
    const last = index === rows.length - 1;
    if (events.length >= limit || last) {
      const more = !last || rows.length === recentRowsMax;
      return { events, next: more ? `${row.toAt.getTime()}/${row.nodeId}/${row.batch}` : null };
    }
  }
  return { events, next: null };
}

/** Events of the sections that `wanted` chooses, and all gaps; with `seq`, of that message alone and no gaps. */
function* eventsOf(
  row: BatchRow,
  wanted: (section: SectionEntry) => boolean,
  seq: number | null,
): Generator<AuditEvent> {
  const { directory, body, nodeId } = row;
  const clients = new Map(directory.clients.map((client) => [client[0], client]));
  for (const section of directory.sections) {
    if (!wanted(section)) continue;
    const [logId, place, kind, , , firstSeq, firstAtMs, offset, bytes] = section;
    const [topic, channel] = directory.places[place]!;
    for (const run of decodeSection(body.subarray(offset, offset + bytes), kind, firstSeq, firstAtMs)) {
      if (seq !== null && (seq < run.seq || seq >= run.seq + run.count)) continue;
      const client = clients.get(run.client);
      yield {
        atMs: run.atMs,
        event: auditEventNames[kind - 1]!,
        messageId: hex(logId) + hex(seq ?? run.seq),
        count: seq === null ? run.count : 1,
        topic,
        channel,
        attempts: run.attempts,
        delayMs: run.delayMs,
        client: client
          ? { number: client[0], clientId: client[1], hostname: client[2], address: client[3] }
          : null,
        nodeId,
        reason: "",
      };
    }
  }
  if (seq !== null) return;
  for (const [, events, atMs, reason] of directory.gaps) {
    yield {
      atMs,
      event: "gap",
      messageId: "",
      count: events,
      topic: "",
      channel: "",
      attempts: 0,
      delayMs: 0,
      client: null,
      nodeId,
      reason,
    };
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
