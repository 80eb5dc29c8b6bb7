/** What Postgres has of a run's messages when it is over and not everything was consumed. */
import type postgres from "postgres";
import { messagesIn } from "../../server/broker/testing/messages.ts";
import { type Ledger, uidOf } from "./ledger.ts";
import type { Recorder } from "./recorder.ts";

const rowsAtOnce = 256;

/**
 * Adds to the history each message that somebody is owed and that is in a block or in the schedule. Blocks hold also what was
 * finished: whoever is owed nothing is not asked about.
 */
export async function listStored(sql: postgres.Sql, ledger: Ledger, recorder: Recorder): Promise<void> {
  const rows = sql<{ frames: Buffer }[]>`
    select frames from weir.blocks union all select frame from weir.scheduled`.cursor(rowsAtOnce);
  for await (const page of rows) {
    for (const { frames } of page) {
      for (const { body } of messagesIn(frames)) {
        const entry = ledger.entries.get(uidOf(body));
        if (!entry || ledger.isDone(entry)) continue;
        const { uid, topic } = entry;
        recorder.add({ op: "stored", proc: "postgres", kind: "ok", topic: topic.name, uid });
      }
    }
  }
}
