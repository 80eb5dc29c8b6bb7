/**
 * What the audit costs: publish + consume + FIN, sustained, with --audit=all and
 * --audit=off in turns, both with Postgres. Also how far behind the audit is, what
 * an event weighs, and whether any is missing.
 * `node bench/audit.ts [--seconds N] [--runs N] [--markdown]`
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { startPostgres } from "../server/postgres/embedded.ts";
import type { LiveLine, LiveStore } from "../server/protocol/live.ts";
import { type Broker, startBroker } from "./brokers.ts";
import type { LoadResult } from "./load/main.ts";
import { load } from "./load.ts";
import { circumstances, type Row, spreadText, table, writeSection } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    runs: { type: "string", default: "3" },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log("node bench/audit.ts [--seconds N, default 60] [--runs N, default 3] [--markdown]");
  process.exit(0);
}

const secret = "bench".repeat(8);
const settleMsMax = 5_000;

interface Watched {
  readonly lagMs: number[];
  last: LiveStore | null;
  stop(): void;
}

/** Follows the node's own account of its store while it is under load. */
function watch(node: Broker): Watched {
  const watched: Watched = { lagMs: [], last: null, stop: () => call.destroy() };
  const call = request({
    host: "127.0.0.1",
    port: node.httpPort,
    path: "/v1/live?intervalMs=250",
    headers: { authorization: `Bearer ${secret}` },
  });
  call.on("error", () => {});
  call.on("response", (response) => {
    if (response.statusCode !== 200) throw new Error(`/v1/live: ${response.statusCode}`);
    const lines = createInterface({ input: response });
    lines.on("error", () => {}); // we, or the node, closed it
    lines.on("line", (line) => {
      const { node: seen } = JSON.parse(line) as LiveLine;
      watched.last = seen.store;
      watched.lagMs.push(seen.store.auditLagMs);
    });
  });
  call.end();
  return watched;
}

interface Kept {
  readonly events: number;
  readonly missing: number;
  readonly rows: number;
  readonly bytes: number;
  readonly bytesOnDisk: number;
}

async function kept(url: string): Promise<Kept> {
  const { searchParams, username } = new URL(url);
  const sql = postgres({
    host: searchParams.get("host")!,
    user: username,
    database: "postgres",
    max: 1,
    fetch_types: false,
    connection: { search_path: "weir" },
  });
  try {
    const [row] = await sql<[Record<keyof Kept, string>]>`
      select coalesce(sum(events), 0) as "events", count(*) as "rows",
             coalesce(sum(octet_length(body) + pg_column_size(directory)), 0) as "bytes",
             coalesce(sum((select sum((gap->>1)::bigint) from jsonb_array_elements(directory->'gaps') gap)), 0) as "missing",
             (select coalesce(sum(pg_total_relation_size(relid)), 0) from pg_partition_tree('audit_batches')) as "bytesOnDisk"
        from audit_batches`;
    return Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, Number(value)]),
    ) as unknown as Kept;
  } finally {
    await sql.end();
  }
}

interface Outcome {
  readonly load: LoadResult;
  readonly lagMs: readonly number[];
  readonly kept: Kept;
  readonly gaps: number;
}

async function once(audit: "all" | "off", count: number): Promise<Outcome> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), "weir-bench-"));
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const server = await startPostgres({ dataDir });
  cleanup.defer(() => server.stop());
  const secretFile = join(dataDir, "bench-secret");
  writeFileSync(secretFile, secret, { mode: 0o600 });
  const node = await startBroker("weir", {
    flags: [`--audit=${audit}`, `--cluster-secret-file=${secretFile}`],
    env: { DATABASE_URL: server.url },
  });
  cleanup.use(node);

  const watched = watch(node);
  const result = await load(node, "near", count);
  const lagMs = [...watched.lagMs];
  const deadlineMs = performance.now() + settleMsMax;
  while ((watched.last?.auditLagMs ?? 0) > 0 && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  watched.stop();
  await node.stop("SIGTERM");
  return { load: result, lagMs, kept: await kept(server.url), gaps: watched.last?.auditGaps ?? 0 };
}

// Long enough that what comes after it lasts about as long as was asked for.
const trial = await once("off", 20_000_000);
const rate = trial.load.messages / trial.load.seconds;
const count = Math.ceil(rate * Number(options.seconds));
const turns: { on: Outcome; off: Outcome }[] = [];
for (let run = 0; run < Number(options.runs); run++) {
  const turn = { on: await once("all", count), off: await once("off", count) };
  turns.push(turn);
  const [on, off] = [turn.on, turn.off].map(({ load: { messages, seconds } }) => messages / seconds);
  console.error(`${run + 1}: on ${Math.round(on!)}/s, off ${Math.round(off!)}/s, ${(on! / off!).toFixed(3)}`);
}

const rateOf = ({ load: { messages, seconds } }: Outcome) => messages / seconds;
const column = (figure: (turn: (typeof turns)[number]) => number, digits: number) =>
  spreadText(turns.map(figure), digits);
const rows: Row[] = [
  ["", "audit on", "audit off", "on ÷ off"],
  [
    "messages/s",
    column((t) => rateOf(t.on), 0),
    column((t) => rateOf(t.off), 0),
    column((t) => rateOf(t.on) / rateOf(t.off), 3),
  ],
  [
    "node µs a message",
    column((t) => t.on.load.brokerMicros, 3),
    column((t) => t.off.load.brokerMicros, 3),
    column((t) => t.on.load.brokerMicros / t.off.load.brokerMicros, 2),
  ],
  ["load µs a message", column((t) => t.on.load.loadMicros, 3), column((t) => t.off.load.loadMicros, 3), ""],
  ["seconds", column((t) => t.on.load.seconds, 1), column((t) => t.off.load.seconds, 1), ""],
  ["lag ms, median", column((t) => middle(t.on.lagMs), 0), "", ""],
  ["lag ms, most", column((t) => Math.max(...t.on.lagMs), 0), "", ""],
  ["events kept", column((t) => t.on.kept.events, 0), column((t) => t.off.kept.events, 0), ""],
  ["events a message", column((t) => t.on.kept.events / (t.on.load.messages * 1.2), 2), "", ""],
  ["events missing (gaps)", column((t) => t.on.kept.missing + t.on.gaps, 0), "", ""],
  ["bytes an event, in rows", column((t) => t.on.kept.bytes / t.on.kept.events, 3), "", ""],
  ["bytes an event, on disk", column((t) => t.on.kept.bytesOnDisk / t.on.kept.events, 3), "", ""],
  ["rows a second", column((t) => t.on.kept.rows / (t.on.load.seconds * 1.2), 1), "", ""],
];
const text = table(rows);
console.log(text);
if (options.markdown) {
  const command = `node bench/audit.ts --seconds ${options.seconds} --runs ${options.runs}`;
  writeSection("The audit", `${circumstances(command)}\n\nMedian (least to most) of the turns.\n\n${text}`);
}
process.exit(0);

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
