/**
 * The broker's idea of now. It reads no clock: an edge sets this once per chunk
 * read, and the ticker between chunks. Deadlines are monotonic milliseconds,
 * what people see is wall time; the two are never mixed.
 */
export class BrokerTime {
  /** Monotonic, milliseconds, fractional. For deadlines. */
  nowMs = 0;
  /** Wall clock, milliseconds since 1970, fractional. For people. */
  wallMs = 0;
  /** The same in nanoseconds as two 32-bit words: the timestamp of a message frame. */
  wallNsHigh = 0;
  wallNsLow = 0;

  set(nowMs: number, wallMs: number): void {
    this.nowMs = nowMs;
    if (wallMs === this.wallMs) return;
    this.wallMs = wallMs;
    // seconds * 1e9 + nanoseconds passes 2^53, so the product is made in 16-bit and 32-bit halves.
    const seconds = Math.floor(wallMs / 1000);
    const nanoseconds = Math.floor((wallMs - seconds * 1000) * 1e6);
    const high = Math.floor(seconds / 65_536) * 1e9;
    const low = (seconds & 0xffff) * 1e9 + nanoseconds + (high % 65_536) * 65_536;
    this.wallNsHigh = (Math.floor(high / 65_536) + Math.floor(low / 4_294_967_296)) >>> 0;
    this.wallNsLow = (low % 4_294_967_296) >>> 0;
  }
}

/** Milliseconds since 1970 of a frame's timestamp words. */
export function wallMsOf(nsHigh: number, nsLow: number): number {
  return (nsHigh * 4_294_967_296 + nsLow) / 1e6;
}
