/**
 * Times in logarithmic buckets, 32 to an octave: a quantile read back is within 1.6 % of the time it stands for.
 * Memory is bounded and follows what was seen: 128 bytes an octave between the shortest and the longest time,
 * 41 octaves at most.
 */

/** Mantissa bits that tell one bucket of an octave from another. */
const bucketBits = 5;
const octaveBuckets = 1 << bucketBits;
const shift = 23 - bucketBits;
/** 1 µs and 25 days: what lies beyond is counted there. */
const timeMsMin = 2 ** -10;
const timeMsMax = 2 ** 31;
const nothing = new Uint32Array(0);

// A float's bits above the cut are its octave and its place in it, so no logarithm is taken.
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

export class Histogram {
  // -0, not 0: doubles from the start. Those that become one later would have the hot path compiled anew.
  count = -0;
  #maxMs = -0;
  #counts = nothing;
  /** The bucket that `#counts` begins with; a whole number of octaves. */
  #first = 0;

  record(ms: number): void {
    const bucket = bucketOf(ms);
    if ((bucket - this.#first) >>> 0 >= this.#counts.length) this.#widen(bucket, bucket + 1);
    this.#counts[bucket - this.#first]!++;
    this.count++;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  add(other: Histogram): void {
    if (other.count === 0) return;
    this.#widen(other.#first, other.#first + other.#counts.length);
    const from = other.#first - this.#first;
    for (let i = 0; i < other.#counts.length; i++) this.#counts[from + i]! += other.#counts[i]!;
    this.count += other.count;
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }

  /** The time that a share of `quantile`, (0, 1], did not exceed; 0 where nothing was recorded. */
  quantileMs(quantile: number): number {
    if (this.count === 0) return 0;
    let left = Math.max(1, Math.ceil(quantile * this.count));
    if (left >= this.count) return this.#maxMs;
    let at = 0;
    while (left > this.#counts[at]!) left -= this.#counts[at++]!;
    const bucket = this.#first + at;
    return Math.min((lowerMs(bucket) + lowerMs(bucket + 1)) / 2, this.#maxMs);
  }

  clear(): void {
    this.count = 0;
    this.#maxMs = 0;
    // Given back, not filled with zeros: what goes quiet keeps nothing.
    this.#counts = nothing;
  }

  /** Makes room for the buckets [from, to). */
  #widen(from: number, to: number): void {
    const before = this.#counts;
    const empty = before.length === 0;
    const low = empty ? from : Math.min(from, this.#first);
    const high = empty ? to : Math.max(to, this.#first + before.length);
    const first = low - (low % octaveBuckets);
    const length = Math.ceil((high - first) / octaveBuckets) * octaveBuckets;
    if (!empty && first === this.#first && length === before.length) return;
    this.#counts = new Uint32Array(length);
    if (!empty) this.#counts.set(before, this.#first - first);
    this.#first = first;
  }
}

function bucketOf(ms: number): number {
  float[0] = Math.min(Math.max(ms, timeMsMin), timeMsMax);
  return bits[0]! >>> shift;
}

function lowerMs(bucket: number): number {
  bits[0] = bucket << shift;
  return float[0]!;
}
