/** The runs of one kind, in one place, of one log, as bytes. The format is told in db/audit-format.ts. */
import { rowSpanMax, runFlags } from "../../db/audit-format.ts";
import type { AuditPlace } from "../broker/audit-ring.ts";
import type { ClientIdentity } from "../broker/ports.ts";

/** The most a run takes: flags, five numbers below 2^32, one difference of times. */
const runBytesMax = 1 + 5 * 5 + 8;

export class AuditSection {
  readonly logId: number;
  readonly place: AuditPlace;
  readonly kind: number;
  readonly firstSeq: number;
  readonly firstAtMs: number;
  readonly clients = new Set<ClientIdentity>();
  events = 0;
  seqMin: number;
  seqMax: number;
  atMsMin: number;
  atMsMax: number;
  #bytes = new Uint8Array(64);
  #length = 0;
  #seq: number;
  #atMs: number;
  #client: ClientIdentity | null = null;
  #attempts: number;
  #delayMs = 0;

  constructor(logId: number, place: AuditPlace, kind: number, firstSeq: number, firstAtMs: number) {
    this.logId = logId;
    this.place = place;
    this.kind = kind;
    this.firstSeq = firstSeq;
    this.firstAtMs = firstAtMs;
    this.seqMin = firstSeq;
    this.seqMax = firstSeq;
    this.atMsMin = firstAtMs;
    this.atMsMax = firstAtMs;
    this.#seq = firstSeq;
    this.#atMs = firstAtMs;
    this.#attempts = kind === 1 ? 0 : 1;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * Whether the section stays narrow with this run in it: it may span eight sequences for each event, and a few
   * thousand more so that several consumers may interleave. A row of 512 events or more then
   * spans less than 16 for each.
   */
  takes(seq: number, count: number): boolean {
    const span = Math.max(this.seqMax, seq + count - 1) - Math.min(this.seqMin, seq) + 1;
    return span <= spanAllowed(this.events + count);
  }

  append(
    seq: number,
    count: number,
    atMs: number,
    client: ClientIdentity | null,
    attempts: number,
    delayMs: number,
  ): void {
    if (this.#length + runBytesMax > this.#bytes.length) this.#grow();
    const bytes = this.#bytes;
    const flagsAt = this.#length;
    let at = flagsAt + 1;
    let flags = 0;
    if (seq !== this.#seq) {
      flags |= runFlags.seq;
      at = putVarint(bytes, at, zigzag(seq - this.#seq));
    }
    if (atMs !== this.#atMs) {
      flags |= runFlags.at;
      at = putVarint(bytes, at, zigzag(atMs - this.#atMs));
      this.#atMs = atMs;
      if (atMs > this.atMsMax) this.atMsMax = atMs;
      else if (atMs < this.atMsMin) this.atMsMin = atMs;
    }
    if (client !== this.#client) {
      flags |= runFlags.client;
      at = putVarint(bytes, at, client === null ? 0 : client.number);
      if (client !== null) this.clients.add(client);
      this.#client = client;
    }
    if (count !== 1) {
      flags |= runFlags.count;
      at = putVarint(bytes, at, count);
    }
    if (attempts !== this.#attempts) {
      flags |= runFlags.attempts;
      at = putVarint(bytes, at, attempts);
      this.#attempts = attempts;
    }
    if (delayMs !== this.#delayMs) {
      flags |= runFlags.delay;
      at = putVarint(bytes, at, delayMs);
      this.#delayMs = delayMs;
    }
    bytes[flagsAt] = flags;
    this.#length = at;
    const end = seq + count;
    this.#seq = end;
    this.events += count;
    if (seq < this.seqMin) this.seqMin = seq;
    if (end - 1 > this.seqMax) this.seqMax = end - 1;
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 4);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Sequences that a row, or a section of it, may span when it has so many events. */
export function spanAllowed(events: number): number {
  return Math.min(8 * events + 4096, rowSpanMax);
}

/** Small for small distances either way; beyond 32 bits too. */
function zigzag(distance: number): number {
  return distance >= 0 ? distance * 2 : -distance * 2 - 1;
}

function putVarint(bytes: Uint8Array, at: number, value: number): number {
  while (value >= 128) {
    bytes[at++] = (value % 128) | 128;
    value = value < 0x80000000 ? value >>> 7 : Math.floor(value / 128);
  }
  bytes[at++] = value;
  return at;
}
