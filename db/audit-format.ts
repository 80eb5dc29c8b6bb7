/**
 * How a row of `audit_batches` holds events. SQL decodes the same in 0002_audit_reading.sql.
 *
 * The directory says which sections there are, one for each (log, place, kind): where its
 * bytes are in the body, and from which sequence and instant they count. A section is a
 * list of runs. A run is a byte of flags, then a varint for each flag that is set, from the lowest:
 *
 *   1  sequence, as a zigzag distance from where the run before ended
 *   2  time, as a zigzag distance in milliseconds from the run before
 *   4  client number, 0: nobody
 *   8  how many messages; without it one
 *  16  attempts
 *  32  delay in milliseconds
 *
 * What has no flag is as in the run before; at the section's start: client 0, delay 0,
 * attempts 0 for publishes and 1 for all else. So the next message finished by
 * the same client in the same millisecond is one byte.
 */

/** By kind number, from 1. */
export const auditEventNames = [
  "publish",
  "deliver",
  "finish",
  "requeue",
  "timeout",
  "touch",
  "drop",
] as const;
export type AuditEventName = (typeof auditEventNames)[number];

export const runFlags = { seq: 1, at: 2, client: 4, count: 8, attempts: 16, delay: 32 } as const;

/** No row that is found by sequence spans more of them than this. */
export const rowSpanMax = 4_194_304;

/** topic, channel ("" for the topic itself). */
export type PlaceEntry = readonly [topic: string, channel: string];
export type ClientEntry = readonly [number: number, clientId: string, hostname: string, address: string];
export type SectionEntry = readonly [
  logId: number,
  place: number,
  kind: number,
  seqMin: number,
  seqMax: number,
  firstSeq: number,
  firstAtMs: number,
  offset: number,
  bytes: number,
];
/** Events that were not kept: why. */
export type GapEntry = readonly [kind: number, events: number, atMs: number, reason: string];

export interface AuditDirectory {
  readonly v: 1;
  readonly places: readonly PlaceEntry[];
  readonly clients: readonly ClientEntry[];
  readonly sections: readonly SectionEntry[];
  readonly gaps: readonly GapEntry[];
  /** The node's when this was recorded; left out: it had none, or is one version older. */
  readonly epoch?: number;
}

export interface AuditRun {
  readonly seq: number;
  readonly count: number;
  readonly atMs: number;
  /** Client number; 0: nobody. */
  readonly client: number;
  readonly attempts: number;
  readonly delayMs: number;
}

/** The runs of one section. Throws RangeError when the bytes are not a section. */
export function* decodeSection(
  bytes: Uint8Array,
  kind: number,
  firstSeq: number,
  firstAtMs: number,
): Generator<AuditRun> {
  let seq = firstSeq;
  let atMs = firstAtMs;
  let client = 0;
  let attempts = kind === 1 ? 0 : 1;
  let delayMs = 0;
  let pos = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = bytes[pos++];
      if (byte === undefined) break;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError(`no number at byte ${pos} of an audit section`);
  };
  const zigzag = (): number => {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  while (pos < bytes.length) {
    const flags = bytes[pos++]!;
    if (flags & runFlags.seq) seq += zigzag();
    if (flags & runFlags.at) atMs += zigzag();
    if (flags & runFlags.client) client = varint();
    const count = flags & runFlags.count ? varint() : 1;
    if (flags & runFlags.attempts) attempts = varint();
    if (flags & runFlags.delay) delayMs = varint();
    yield { seq, count, atMs, client, attempts, delayMs };
    seq += count;
  }
}
