import { expect, test } from "vitest";
import { SlabPool } from "./slab.ts";

const kilobyte = 1024;

test("[L3] a slab goes back to its pool when nobody holds it, and is used again", () => {
  const pool = new SlabPool();
  const slab = pool.take(100, 0, 1, 0);
  slab.retain();

  slab.release();
  expect(pool.usedBytes).toBe(4 * kilobyte);
  expect(pool.take(100, 0, 1, 0)).not.toBe(slab);

  slab.release();
  expect(pool.usedBytes).toBe(4 * kilobyte);
  expect(pool.take(100, 0, 2, 7)).toBe(slab);
  expect(slab.holds(2, 7)).toBe(false);
});

test("[L3] a slab that is back in its pool holds no message", () => {
  const pool = new SlabPool();
  const slab = pool.take(100, 0, 1, 10);
  slab.endSeq = 12;
  expect(slab.holds(1, 11)).toBe(true);
  expect(slab.holds(1, 12)).toBe(false);
  expect(slab.holds(2, 11)).toBe(false);

  slab.release();

  expect(slab.holds(1, 11)).toBe(false);
});

test("[L3] letting a slab go twice is our own mistake", () => {
  const slab = new SlabPool().take(100, 0, 1, 0);
  slab.release();
  expect(() => slab.release()).toThrow("more often than retained");
});

test("[L3] a frame fits its slab: the wished class, a larger one, or one of its own size", () => {
  const pool = new SlabPool();
  const sizes = [
    [1, 0],
    [5_000, 0],
    [1, 3],
    [kilobyte * kilobyte, 0],
    [kilobyte * kilobyte + 1, 0],
    [3_000_000, 4],
  ].map(([bytes, sizeClass]) => pool.take(bytes!, sizeClass!, 1, 0).bytes.length);
  expect(sizes).toEqual([4096, 16_384, 262_144, 1_048_576, 1_048_577, 3_000_000]);
});

test("[L3] a pool keeps a bounded amount of memory that nobody uses", () => {
  const pool = new SlabPool();
  const slabs = Array.from({ length: 40 }, () => pool.take(1, 4, 1, 0));
  for (const slab of slabs) slab.release();
  expect(pool.usedBytes).toBe(0);

  const again = Array.from({ length: 40 }, () => pool.take(1, 4, 1, 0));

  expect(again.filter((slab) => slabs.includes(slab))).toHaveLength(16);
});

test("[O7] slabs become smaller as the budget runs out", () => {
  const pool = new SlabPool(8 * kilobyte * kilobyte);
  const sizes: number[] = [];
  while (pool.usedBytes < 8 * kilobyte * kilobyte) sizes.push(pool.take(100, 4, 1, 0).bytes.length);

  expect([...new Set(sizes)]).toEqual([262_144, 65_536, 16_384, 4_096]);
});
