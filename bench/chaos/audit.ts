/** What the audit in Postgres says of a run's messages, when it has all of it. */
import { setTimeout as pause } from "node:timers/promises";
import type postgres from "postgres";
import { type AuditDirectory, auditEventNames, decodeSection } from "../../db/audit-format.ts";
import type { ChaosNode } from "./chaos-node.ts";
import type { Recorder } from "./recorder.ts";

const rowsAtOnce = 64;
const lookEveryMs = 100;

interface AuditRow {
  readonly name: string;
  readonly directory: AuditDirectory;
  readonly body: Buffer;
}

/** Resolves when the nodes have written all they have to tell: true, or the time is over. Nothing may happen any more. */
export async function isAuditWritten(nodes: readonly ChaosNode[], withinMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const lags = await Promise.all(nodes.map(({ process }) => lagOf(process.httpUrl)));
    if (lags.every((lag) => lag === 0)) return true;
    if (performance.now() > deadlineMs) return false;
    await pause(lookEveryMs);
  }
}

async function lagOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^weir_audit_lag_seconds (\S+)$/m.exec(text)?.[1] ?? Number.NaN);
}

/** Adds to the history what is there of these topics: each end and each delivery of each message, and what was not kept. */
export async function readAudit(
  sql: postgres.Sql,
  topics: ReadonlySet<string>,
  recorder: Recorder,
): Promise<void> {
  const rows = sql<AuditRow[]>`
    select n.broadcast_address as name, directory, body from weir.audit_batches
    join weir.nodes n on n.id = node_id`.cursor(rowsAtOnce);
  // A clock that was set may have put it anywhere: nothing has happened later than now.
  const now = recorder.t;
  for await (const batch of rows) {
    for (const { name: node, directory, body } of batch) {
      for (const [, count, atMs] of directory.gaps)
        recorder.add({
          ...{ op: "gap", proc: "audit", kind: "ok", node, count },
          t: Math.min(now, recorder.ofWallMs(atMs)),
        });
      for (const [logId, place, kind, , , firstSeq, firstAtMs, offset, bytes] of directory.sections) {
        const [topic, channel] = directory.places[place]!;
        const what = auditEventNames[kind - 1]!;
        if (channel === "" || !topics.has(topic)) continue;
        for (const run of decodeSection(body.subarray(offset, offset + bytes), kind, firstSeq, firstAtMs)) {
          const t = Math.min(now, recorder.ofWallMs(run.atMs));
          for (let seq = run.seq; seq < run.seq + run.count; seq++) {
            const msgid = hex(logId) + hex(seq);
            recorder.add({ op: "audit", proc: "audit", kind: "ok", t, what, topic, channel, msgid, node });
          }
        }
      }
    }
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
