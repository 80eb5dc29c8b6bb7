/**
 * How `maxInFlight` is parted among connections. While there is at least one for each, all get the same, give or
 * take one. With more connections than that they take turns at RDY 1: whoever sends nothing for a while, or has had
 * its turn, gives it to whoever has waited longest.
 */

/** What one connection has of it. */
export interface Share {
  /** The node allows no more. */
  readonly rdyMax: number;
  /** As last told to the node. */
  readonly rdy: number;
  /** Received and not answered, as far as we know. */
  readonly inFlight: number;
  /** Handlers still running whose message is answered, or was taken back: the node sends another for each. */
  readonly late: number;
  /** When its RDY last became more than 0, and when it last became 0. */
  readonly turnAtMs: number;
  readonly restAtMs: number;
  readonly messageAtMs: number;
}

export interface Turns {
  readonly lowRdyIdleTimeoutMs: number;
  readonly lowRdyTimeoutMs: number;
}

/** The RDY each connection ought to have, in their order. */
export function targets(
  shares: readonly Share[],
  maxInFlight: number,
  turns: Turns,
  nowMs: number,
): number[] {
  const parts =
    shares.length <= maxInFlight ? equal(shares, maxInFlight) : takeTurns(shares, maxInFlight, turns, nowMs);
  return parts.map((part, index) => Math.max(0, part - shares[index]!.late));
}

function equal(shares: readonly Share[], maxInFlight: number): number[] {
  const least = Math.floor(maxInFlight / shares.length);
  const more = maxInFlight % shares.length;
  return shares.map(({ rdyMax }, index) => Math.min(rdyMax, least + (index < more ? 1 : 0)));
}

function takeTurns(shares: readonly Share[], maxInFlight: number, turns: Turns, nowMs: number): number[] {
  const { lowRdyIdleTimeoutMs, lowRdyTimeoutMs } = turns;
  const isOver = ({ turnAtMs, messageAtMs }: Share) =>
    nowMs - turnAtMs >= lowRdyTimeoutMs || nowMs - Math.max(turnAtMs, messageAtMs) >= lowRdyIdleTimeoutMs;
  const indexes = shares.map((_, index) => index);
  const of = (index: number) => shares[index]!;
  // Those whose turn it is go on first, then those that have waited longest, last those that have just had one.
  const rank = (index: number) => (of(index).rdy === 0 ? 1 : isOver(of(index)) ? 2 : 0);
  const sinceMs = (index: number) => (of(index).rdy === 0 ? of(index).restAtMs : of(index).turnAtMs);
  const order = indexes.toSorted((a, b) => rank(a) - rank(b) || sinceMs(a) - sinceMs(b));
  const chosen = new Set(order.slice(0, maxInFlight));
  return indexes.map((index) => (chosen.has(index) ? 1 : 0));
}

/**
 * The RDY each connection can be told now: what is lowered at once, what is raised only as far as messages that are
 * still held elsewhere leave room, so that together never more than `maxInFlight` are on their way.
 */
export function grants(
  shares: readonly Share[],
  wanted: readonly number[],
  maxInFlight: number,
): { readonly rdys: number[]; readonly isOwed: boolean } {
  const rdys = shares.map(({ rdy }, index) => Math.min(rdy, wanted[index]!));
  const used = (index: number) => Math.max(rdys[index]!, shares[index]!.inFlight) + shares[index]!.late;
  let free = maxInFlight - rdys.reduce((sum, _, index) => sum + used(index), 0);
  let isOwed = false;
  shares.forEach(({ inFlight }, index) => {
    const rdy = rdys[index]!;
    const more = wanted[index]! - rdy;
    if (more <= 0) return;
    // Up to what it holds already costs nothing: the node counts that, too.
    const within = Math.max(0, Math.min(more, inFlight - rdy));
    const beyond = Math.min(more - within, Math.max(0, free));
    free -= beyond;
    rdys[index] = rdy + within + beyond;
    if (within + beyond < more) isOwed = true;
  });
  return { rdys, isOwed };
}
