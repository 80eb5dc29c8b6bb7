/** Answers of several stores to one read, put together. */
import type { Block } from "../broker/ports.ts";

export interface Taken<T> {
  readonly blocks: T[];
  /** There was more than `bytesMax`. */
  readonly cut: boolean;
}

/** The first of `blocks` until `bytesMax` is reached, at least one. */
export function takeWithin<T extends { bytes: { byteLength: number } }>(
  blocks: readonly T[],
  bytesMax: number,
): Taken<T> {
  let bytes = 0;
  let count = 0;
  while (count < blocks.length && (count === 0 || bytes < bytesMax))
    bytes += blocks[count++]!.bytes.byteLength;
  return { blocks: blocks.slice(0, count), cut: count < blocks.length };
}

/**
 * Joins what two stores have of one range. Where one was cut off nothing is known beyond its last
 * block, so nothing of the other that begins beyond it may be given. A block that is in both is given once.
 */
export function mergeAnswers(one: Taken<Block>, two: Taken<Block>, bytesMax: number): Block[] {
  const knownTo = Math.min(horizon(one), horizon(two));
  const seen = new Set<string>();
  const merged = [...one.blocks, ...two.blocks]
    .filter((block) => {
      const key = `${block.firstSeq}${block.loose}`;
      return block.firstSeq <= knownTo && !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => a.firstSeq - b.firstSeq || Number(a.loose) - Number(b.loose));
  return takeWithin(merged, bytesMax).blocks;
}

function horizon(taken: Taken<Block>): number {
  return taken.cut ? taken.blocks.at(-1)!.firstSeq : Number.POSITIVE_INFINITY;
}
