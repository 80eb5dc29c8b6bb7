/**
 * What the trace explorer's searches take: a day of a quiet system with a busy hour in it, tens of millions of events,
 * asked for what people ask for. `node bench/audit-search.ts [--millions N] [--markdown]`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPool, parseDatabaseUrl, type Sql } from "../db/client.ts";
import { migrate } from "../db/migrate.ts";
import { insertAuditBatch, makeAuditPartitions, traceMessage } from "../db/queries/audit.ts";
import { estimateEvents } from "../db/queries/audit-estimate.ts";
import type { EventFilter } from "../db/queries/audit-filter.ts";
import { searchAudit } from "../db/queries/audit-search.ts";
import { startPostgres } from "../server/postgres/embedded.ts";
import { AuditBatch } from "../server/store/audit-batch.ts";
import { circumstances, type Row, table, writeSection } from "./report.ts";

const { values: options } = parseArgs({
  options: { millions: { type: "string", default: "30" }, markdown: { type: "boolean", default: false } },
});
const wanted = Number(options.millions) * 1e6;
const dayMs = 86_400_000;
const stepMs = 800;
const endMs = Math.floor(Date.now() / dayMs) * dayMs;
const startMs = endMs - dayMs;
const nodeId = "6b3c1f0a-0000-4000-8000-000000000001";
const steps = dayMs / stepMs;
/** Half of all events are in one busy hour. */
const quiet = Math.round(wanted / 2 / steps);
const busy = quiet + Math.round(wanted / 2 / (steps / 24));

const places = Array.from({ length: 20 }, (_, t) => [
  { topicName: `topic-${t}`, channelName: "" },
  ...["a", "b", "c"].map((channelName) => ({ topicName: `topic-${t}`, channelName })),
]).flat();
const rare = { topicName: "rare", channelName: "only" };
const clients = Array.from({ length: 16 }, (_, i) => ({
  ...{ number: i + 1, clientId: `worker-${i}`, hostname: `host-${i}`, remoteAddress: `10.0.0.${i}:5000` },
}));

async function fill(sql: Sql): Promise<number> {
  let [seq, batchNumber, events] = [0, 0, 0];
  const writing = new Set<Promise<void>>();
  for (let step = 0; step < steps; step++) {
    const batch = new AuditBatch(null);
    const atMs = startMs + step * stepMs;
    const many = step >= steps / 2 && step < steps / 2 + steps / 24 ? busy : quiet;
    for (let i = 0; i < many; i++, seq++) {
      const at = seq % places.length;
      const kind = at % 4 === 0 ? 1 : seq % 2 === 0 ? 2 : 3;
      batch.add(
        kind,
        places[at]!,
        clients[seq % 16]!,
        70_000 + (at >> 2),
        seq >> 2,
        1,
        kind === 1 ? 0 : 1,
        0,
        atMs + (i * stepMs) / many,
      );
    }
    // Once in ten minutes something times out for the third time.
    if (step % 750 === 375) batch.add(5, rare, clients[3]!, 80_000, step, 1, 3, 0, atMs);
    for (const row of batch.rows()) {
      events += row.events;
      const write = insertAuditBatch(sql, nodeId, { ...row, batch: batchNumber++ }).then(
        () => void writing.delete(write),
      );
      writing.add(write);
    }
    if (writing.size >= 16) await Promise.race(writing);
  }
  await Promise.all(writing);
  return events;
}

const ms = (value: number) => `${value.toFixed(0)} ms`;
const count = (value: number) => value.toLocaleString("en-US");

const dataDir = mkdtempSync(join(tmpdir(), "weir-bench-"));
try {
  await using server = await startPostgres({ dataDir, settings: { fsync: "off", autovacuum: "off" } });
  const sql = openPool(parseDatabaseUrl(server.url), { schema: "weir", name: "bench", max: 8 });
  await migrate(sql, "weir");
  const day = (offset: number) => new Date(startMs + offset * dayMs).toISOString().slice(0, 10);
  await makeAuditPartitions(sql, [day(-1), day(0), day(1)]);
  const begun = performance.now();
  const events = await fill(sql);
  const filledSeconds = Math.round((performance.now() - begun) / 1_000);
  await sql`analyze audit_batches`;
  const [size] = await sql<
    { rows: number; bytes: number }[]
  >`select count(*) as rows, (select sum(pg_total_relation_size(inhrelid)) from pg_inherits
    where inhparent = 'audit_batches'::regclass)::bigint as bytes from audit_batches`;

  const all: EventFilter = {
    ...{ topic: null, channel: null, kinds: [], client: "", attemptsMin: 0, attemptsMax: 65_535 },
    ...{ fromMs: startMs, toMs: endMs + dayMs, sees: () => true },
  };
  const busyEndMs = startMs + dayMs / 2 + dayMs / 24;
  const asked: [string, Partial<EventFilter>][] = [
    ["the newest of everything", {}],
    ["the newest within the busy hour", { toMs: busyEndMs - 60_000 }],
    ["one channel", { topic: "topic-7", channel: "b" }],
    ["one channel, within the busy hour", { topic: "topic-7", channel: "b", toMs: busyEndMs - 60_000 }],
    ["one client in one channel", { topic: "topic-7", channel: "b", client: "worker-14" }],
    ["a client that is not in that channel", { topic: "topic-7", channel: "b", client: "worker-5" }],
    ["timeouts, 144 in the day", { kinds: [5] }],
    ["a topic with 144 events in the day", { topic: "rare" }],
    ["a client that was never there", { client: "nobody" }],
    ["attempts of 3 or more, nothing else said", { attemptsMin: 3 }],
    ["the same in the last hour", { attemptsMin: 3, fromMs: endMs - dayMs / 24 }],
  ];
  const rows: Row[] = [["asked for", "took", "found", "stopped at", "rows looked at", "looked back"]];
  for (const [name, filter] of asked) {
    const took: number[] = [];
    let page: Awaited<ReturnType<typeof searchAudit>> | null = null;
    for (let run = 0; run < 3; run++) {
      const at = performance.now();
      page = await searchAudit(sql, { ...all, ...filter }, { limit: 100, position: null, deadlineMs: 5_000 });
      took.push(performance.now() - at);
    }
    took.sort((a, b) => a - b);
    const back = (Math.min(all.toMs, endMs, filter.toMs ?? endMs) - page!.backToMs) / 3_600_000;
    rows.push([
      name,
      ms(took[1]!),
      page!.events.length,
      page!.stopped,
      page!.rows.toLocaleString("en-US"),
      `${back.toFixed(2)} h`,
    ]);
  }
  const seq = 1_000_000;
  const id = (70_000).toString(16).padStart(8, "0") + seq.toString(16).padStart(8, "0");
  const tracedAt = performance.now();
  const life = await traceMessage(sql, id);
  rows.push(["the life of one message", ms(performance.now() - tracedAt), life.length, "end", "", ""]);
  const guessedAt = performance.now();
  const guess = await estimateEvents(sql, startMs, endMs);
  rows.push(["how much there is, guessed", ms(performance.now() - guessedAt), guess ?? 0, "", "", ""]);
  await sql.end({ timeout: 1 });
  const text = `${table(rows)}

${count(events)} events of a day, half of them in one hour, in ${count(size!.rows)} rows and ${count(Math.round(size!.bytes / 2 ** 20))} MB, written in ${filledSeconds} s. The middle of three searches each, for 100 events, 5 s at most.`;
  console.log(text);
  if (options.markdown)
    writeSection(
      "Searching the audit",
      `${circumstances(`node bench/audit-search.ts --millions ${options.millions}`)}\n\n${text}`,
    );
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
