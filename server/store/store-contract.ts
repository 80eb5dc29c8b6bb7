/**
 * What every backlog promises. Called once per implementation. A store that lasts is also
 * opened a second time, and must then have what it said was durable.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Backlog, Block, BlockRange } from "../broker/ports.ts";

export interface OpenedStore {
  readonly backlog: Backlog;
  /** Ends the store and opens it again. */
  readonly reopen: () => Promise<OpenedStore>;
  close(): Promise<void>;
}

export function block(
  logId: number,
  firstSeq: number,
  endSeq: number,
  fill = firstSeq,
  loose = false,
): Block {
  const bytes = new Uint8Array((endSeq - firstSeq) * 10).fill(fill & 255);
  return { logId, loose, firstSeq, endSeq, count: endSeq - firstSeq, bytes };
}

export async function written(backlog: Backlog, topic: string, ...blocks: Block[]): Promise<void> {
  await Promise.all(blocks.map((one) => new Promise<void>((done) => backlog.write(topic, one, done))));
}

/** Asks until the store can answer. */
export async function readAll(
  backlog: Backlog,
  range: Partial<BlockRange> & { logId: number },
): Promise<Block[]> {
  const asked: BlockRange = { fromSeq: 0, toSeq: 2 ** 32, bytesMax: 2 ** 30, loose: false, ...range };
  for (;;) {
    const blocks = await new Promise<Block[] | null>((done) => backlog.read(asked, done));
    if (blocks) return blocks.map((one) => ({ ...one, bytes: new Uint8Array(one.bytes) }));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Forgetting is done in the background. */
export async function readUntil(
  backlog: Backlog,
  range: Partial<BlockRange> & { logId: number },
  good: (blocks: Block[]) => boolean,
): Promise<Block[]> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const blocks = await readAll(backlog, range);
    if (good(blocks) || Date.now() > deadline) return blocks;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const seqs = (blocks: Block[]) => blocks.map((one) => one.firstSeq);

export function storeContract(open: () => Promise<OpenedStore>, { lasts }: { lasts: boolean }): void {
  let store: OpenedStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  test("[SB1] blocks come back byte for byte, by sequence, whatever order they were written in", async () => {
    const { backlog } = store;
    const [a, b, c] = [block(7, 0, 100), block(7, 100, 150), block(7, 150, 400)];

    await written(backlog, "orders", c, a, b, block(8, 0, 5));

    expect(await readAll(backlog, { logId: 7 })).toEqual([a, b, c]);
  });

  test("[SB2] a read gives the blocks that hold the range and no others", async () => {
    const { backlog } = store;
    await written(
      backlog,
      "orders",
      block(7, 0, 100),
      block(7, 100, 150),
      block(7, 150, 400),
      block(7, 500, 501),
    );

    const firsts = async (fromSeq: number, toSeq: number) =>
      seqs(await readAll(backlog, { logId: 7, fromSeq, toSeq }));
    expect(await firsts(0, 1)).toEqual([0]);
    expect(await firsts(99, 101)).toEqual([0, 100]);
    expect(await firsts(100, 150)).toEqual([100]);
    expect(await firsts(399, 2 ** 32)).toEqual([150, 500]);
    expect(await firsts(400, 500)).toEqual([]);
    expect(await firsts(501, 2 ** 32)).toEqual([]);
    expect(await readAll(backlog, { logId: 9 })).toEqual([]);
  });

  test("[SB3] a read stops at about bytesMax, but gives one block where there is one", async () => {
    const { backlog } = store;
    await written(backlog, "orders", block(7, 0, 100), block(7, 100, 200), block(7, 200, 300));

    expect(seqs(await readAll(backlog, { logId: 7, bytesMax: 1 }))).toEqual([0]);
    expect(seqs(await readAll(backlog, { logId: 7, bytesMax: 1001 }))).toEqual([0, 100]);
    expect(seqs(await readAll(backlog, { logId: 7, fromSeq: 150, bytesMax: 1 }))).toEqual([100]);
  });

  test("[SB4] loose blocks come only when asked for, may overlap runs, and share no key with them", async () => {
    const { backlog } = store;
    const loose = { ...block(7, 0, 300, 9, true), count: 3 };
    await written(
      backlog,
      "orders",
      block(7, 0, 100),
      block(7, 100, 200),
      loose,
      block(7, 150, 151, 1, true),
    );

    expect(seqs(await readAll(backlog, { logId: 7 }))).toEqual([0, 100]);
    expect(
      (await readAll(backlog, { logId: 7, loose: true })).map((one) => [one.firstSeq, one.loose]),
    ).toEqual([
      [0, false],
      [0, true],
      [100, false],
      [150, true],
    ]);
    expect(await readAll(backlog, { logId: 7, fromSeq: 250, loose: true })).toEqual([loose]);
  });

  test("[SB5] the same block written again stays as it was, and is done both times", async () => {
    const { backlog } = store;
    await written(backlog, "orders", block(7, 0, 100, 1));

    await written(backlog, "orders", block(7, 0, 100, 1));

    expect(await readAll(backlog, { logId: 7 })).toEqual([block(7, 0, 100, 1)]);
  });

  test("[SB6] forgotten blocks go, one that reaches beyond stays, other logs are not touched", async () => {
    const { backlog } = store;
    await written(
      backlog,
      "orders",
      block(7, 0, 100),
      block(7, 100, 200),
      block(7, 200, 300),
      block(8, 0, 10),
    );

    backlog.forget(7, 250);
    expect(seqs(await readUntil(backlog, { logId: 7 }, (blocks) => blocks.length === 1))).toEqual([200]);
    backlog.forget(7, 2 ** 32);

    expect(await readUntil(backlog, { logId: 7 }, (blocks) => blocks.length === 0)).toEqual([]);
    expect(seqs(await readAll(backlog, { logId: 8 }))).toEqual([0]);
  });

  test("[SB7] a queued write of what is forgotten is done all the same, and leaves nothing", async () => {
    const { backlog } = store;
    const all = written(
      backlog,
      "orders",
      ...Array.from({ length: 50 }, (_, i) => block(7, i * 10, i * 10 + 10)),
    );
    backlog.forget(7, 490);
    await all;

    expect(seqs(await readUntil(backlog, { logId: 7 }, (blocks) => blocks.length === 1))).toEqual([490]);
  });

  test("[SB8] done is never called in the turn of the call", async () => {
    let called = false;
    const done = new Promise<void>((resolve) => {
      store.backlog.write("orders", block(7, 0, 1), () => {
        called = true;
        resolve();
      });
    });
    expect(called).toBe(false);
    await done;
    called = false;
    const answered = new Promise<void>((resolve) => {
      store.backlog.read({ logId: 7, fromSeq: 0, toSeq: 1, bytesMax: 1, loose: false }, () => {
        called = true;
        resolve();
      });
    });
    expect(called).toBe(false);
    await answered;
  });

  test("[SB9] many logs and large blocks are written and come back whole", async () => {
    const { backlog } = store;
    const small = Array.from({ length: 300 }, (_, i) => block(1000 + i, i, i + 3));
    const large = Array.from({ length: 6 }, (_, i) => block(4_294_967_295, i * 70_000, (i + 1) * 70_000, i));

    await written(backlog, "orders", ...small, ...large);

    for (const one of [small[0]!, small[299]!])
      expect(await readAll(backlog, { logId: one.logId })).toEqual([one]);
    const back = await readAll(backlog, { logId: 4_294_967_295 });
    expect(back.map((one) => Buffer.compare(one.bytes, large[one.firstSeq / 70_000]!.bytes))).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });

  if (!lasts) return;

  test("[SB10] what was done is there after the store has been opened again", async () => {
    await written(store.backlog, "orders", block(7, 0, 100), block(7, 100, 200), block(7, 5, 6, 3, true));
    store.backlog.forget(7, 100);
    await readUntil(store.backlog, { logId: 7 }, (blocks) => blocks.length === 1);

    store = await store.reopen();

    const back = await readAll(store.backlog, { logId: 7, fromSeq: 100, loose: true });
    expect(back).toEqual([block(7, 100, 200)]);
  });
}
