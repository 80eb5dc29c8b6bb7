import { expect, test } from "vitest";
import { Log } from "./log.ts";
import { SlabPool } from "./slab.ts";
import { messagesIn } from "./testing/messages.ts";
import { numbered } from "./testing/test-broker.ts";
import { BrokerTime } from "./time.ts";

function logWith(bodies: readonly Buffer[]) {
  const pool = new SlabPool();
  const log = new Log(0x80000001, "orders", pool);
  const time = new BrokerTime();
  time.set(0, 1_700_000_000_000);
  const append = (body: Buffer) =>
    log.append(body, new DataView(body.buffer, body.byteOffset, body.length), 0, body.length, time);
  for (const body of bodies) append(body);
  return { pool, log, time, append };
}

test("[L1] a message's sequence is its place in the log, and every one is found again", () => {
  const { log } = logWith(numbered(2_000, 100));

  expect(log.tail).toBe(2_000);
  expect(log.slabs.length).toBe(4);
  const wrong: number[] = [];
  for (let seq = 0; seq < 2_000; seq++) {
    const slab = log.slabAt(seq);
    const message = slab && messagesIn(slab.copyFrame(seq))[0];
    if (
      message?.seq !== seq ||
      message.logId !== 0x80000001 ||
      !message.body.toString().startsWith(`${seq} `)
    ) {
      wrong.push(seq);
    }
  }
  expect(wrong).toEqual([]);
  expect(log.slabAt(2_000)).toBeUndefined();
});

test("[L2] the blocks of a slab are its frames, none twice, at most 64 KB unless one message is more", () => {
  const bodies = [...numbered(3_000, 300), Buffer.alloc(200_000, "x"), ...numbered(10, 300)];
  const { log } = logWith(bodies);
  const seqs: number[] = [];

  for (const slab of log.slabs) {
    for (const block of log.blocks(slab, slab.firstSeq)) {
      const messages = messagesIn(block.bytes);
      expect(messages.map(({ seq }) => seq)).toEqual(
        Array.from({ length: block.count }, (_, index) => block.firstSeq + index),
      );
      expect(block.endSeq - block.firstSeq).toBe(block.count);
      if (block.count > 1) expect(block.bytes.length).toBeLessThanOrEqual(64 * 1024);
      seqs.push(...messages.map(({ seq }) => seq));
    }
  }

  expect(seqs).toEqual(bodies.map((_, index) => index));
});

test("[L3] slabs below what is needed go; the one being filled stays until it is full", () => {
  const { log, pool } = logWith(numbered(100, 100));
  const filling = log.filling!;

  log.trim(filling.firstSeq);
  expect([...log.slabs]).toEqual([filling]);
  expect(log.residentFrom).toBe(filling.firstSeq);
  log.trim(100);

  expect(log.filling).toBe(filling);
  expect(pool.usedBytes).toBe(filling.bytes.length);
});

test("[L3] an idle log gives its last slab back, and goes on in a new one", () => {
  const { log, pool, append } = logWith(numbered(10, 100));

  log.releaseIdle(10);
  expect(pool.usedBytes).toBeGreaterThan(0);
  log.releaseIdle(9);
  expect(pool.usedBytes).toBeGreaterThan(0);
  log.releaseIdle(10);
  expect(pool.usedBytes).toBe(0);

  append(Buffer.from("next"));
  expect(log.slabAt(9)).toBeUndefined();
  expect(log.slabAt(10)).toBe(log.filling);
});

test("[L3] slabs that nobody wants go from the middle too", () => {
  const { log } = logWith(numbered(2_000, 100));
  const slabs = [...log.slabs];
  const wanted = slabs[1]!;

  log.dropUnless((first, end) => first < wanted.endSeq && end > wanted.firstSeq);

  expect([...log.slabs]).toEqual([wanted, log.filling]);
  expect(log.slabAt(wanted.firstSeq)).toBe(wanted);
  expect(log.slabAt(0)).toBeUndefined();
  expect(log.slabAt(slabs[2]!.firstSeq)).toBeUndefined();
});

test("[L2] when a message was published is known while its frame is there, and roughly after", () => {
  const { log, time, append } = logWith(numbered(35, 100));
  const first = log.slabs.at(0)!;
  time.set(9_000, 1_700_000_009_000);
  for (const body of numbered(35, 100)) append(body);

  expect(log.wallMsAt(0)).toBe(1_700_000_000_000);
  expect(log.wallMsAt(69)).toBe(1_700_000_009_000);
  log.evict(first);
  expect(log.wallMsAt(3)).toBe(1_700_000_000_000);
  expect(log.slabAt(3)).toBeUndefined();
});
