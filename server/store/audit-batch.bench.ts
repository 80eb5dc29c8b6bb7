/**
 * What the audit costs the broker's loop: `node server/store/audit-batch.bench.ts`.
 * One million records through the ring into a batch, then into rows, for three habits of consumers.
 */
import { type AuditPlace, AuditRing } from "../broker/audit-ring.ts";
import type { ClientIdentity } from "../broker/ports.ts";
import { AuditBatch } from "./audit-batch.ts";
import { drainRing } from "./audit-writer.ts";

const records = 1_000_000;
const clients = Array.from(
  { length: 4 },
  (_, i): ClientIdentity => ({
    number: i + 1,
    clientId: "bench",
    hostname: "localhost",
    remoteAddress: "127.0.0.1:5",
  }),
);
const places = Array.from(
  { length: 1000 },
  (_, i): AuditPlace => ({ topicName: `topic-${i}`, channelName: "channel" }),
);

type Habit = (ring: AuditRing, i: number) => void;

const habits: Record<string, Habit> = {
  "one consumer, single FINs": (ring, i) =>
    ring.record(3, places[0]!, clients[0]!, 7, i * 2, 1, 1, 0, 1e12 + (i >> 6)),
  "four consumers take turns": (ring, i) =>
    ring.record(3, places[0]!, clients[i & 3]!, 7, (i >> 2) + (i & 3) * 300, 1, 1, 0, 1e12 + (i >> 6)),
  "runs of 256, publish, deliver, FIN": (ring, i) =>
    ring.record(
      ([1, 2, 3] as const)[i % 3]!,
      places[0]!,
      clients[i % 3]!,
      7,
      Math.floor(i / 3) * 256,
      256,
      i % 3 === 0 ? 0 : 1,
      0,
      1e12 + i,
    ),
  "1,000 topics in turn": (ring, i) =>
    ring.record(
      3,
      places[i % 1000]!,
      clients[i & 3]!,
      i % 1000,
      Math.floor(i / 1000),
      1,
      1,
      0,
      1e12 + (i >> 6),
    ),
};

for (const [name, habit] of Object.entries(habits)) {
  for (let round = 0; round < 3; round++) {
    const ring = new AuditRing();
    let batch = new AuditBatch(null);
    let [recordMs, drainMs, rowsMs, bytes, events, rows, longestMs] = [0, 0, 0, 0, 0, 0, 0];
    for (let at = 0; at < records; ) {
      let started = performance.now();
      for (const end = Math.min(at + 32_768, records); at < end; at++) habit(ring, at);
      recordMs += performance.now() - started;
      while (ring.waiting > 0) {
        started = performance.now();
        drainRing(ring, batch, "all", 16_384);
        drainMs += performance.now() - started;
      }
      if (at % 262_144 !== 0 && at < records) continue;
      events += batch.events;
      const encoding = batch.rows();
      for (;;) {
        started = performance.now();
        const { value, done } = encoding.next();
        longestMs = Math.max(longestMs, performance.now() - started);
        rowsMs += performance.now() - started;
        if (done) break;
        bytes += value.body.length + value.directory.length;
        rows++;
      }
      batch = new AuditBatch(null);
    }
    if (round < 2) continue;
    const ns = (ms: number) => `${Math.round((ms * 1e6) / records)} ns`;
    console.log(
      `${name.padEnd(36)} record ${ns(recordMs)}, drain ${ns(drainMs)}, rows ${ns(rowsMs)} a record; ` +
        `${(bytes / events).toFixed(2)} bytes an event, ${(bytes / records).toFixed(1)} a record, ${rows} rows, longest ${longestMs.toFixed(1)} ms`,
    );
  }
}
