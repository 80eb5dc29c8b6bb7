import { expect, test } from "vitest";
import { copyBody, frameBytes, frameSeq, frameWallMs, messageId, writeHeader } from "./frame.ts";
import { BrokerTime, wallMsOf } from "./time.ts";

test("[L2] a frame is, byte for byte, what NSQ sends", () => {
  // nsq-compat 2.1, with an id of ours: log 0x186142c8, sequence 0xd7f7e900.
  const wire = Buffer.from(
    "000000230000000218ea53f3a2f1de6a000131383631343263386437663765393030626f647931",
    "hex",
  );
  const frame = Buffer.alloc(wire.length);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);

  writeHeader(view, 0, 5, 0x18ea53f3, 0xa2f1de6a, 0x186142c8, 0xd7f7e900);
  frame.write("body1", 34);

  expect(frame.toString("hex")).toBe(wire.toString("hex"));
  expect(frameBytes(view, 0)).toBe(wire.length);
  expect(frameSeq(view, 0)).toBe(0xd7f7e900);
  expect(frameWallMs(view, 0)).toBeCloseTo(Number(0x18ea53f3a2f1de6an / 1000n) / 1000, 0);
});

test.each([
  [0, 0],
  [0xffffffff, 0xffffffff],
  [0x80000000, 0x7fffffff],
  [1, 0x9abcdef0],
])("[L1] log %i and sequence %i are a message's id", (logId, seq) => {
  const view = new DataView(new ArrayBuffer(64));

  writeHeader(view, 7, 1, 0, 0, logId, seq);

  const id = Buffer.from(view.buffer, 7 + 18, 16).toString();
  expect(id).toBe(messageId(logId, seq));
  expect(BigInt(`0x${id}`)).toBe((BigInt(logId) << 32n) | BigInt(seq));
  expect(frameSeq(view, 7)).toBe(seq);
});

test("[L2] a body is copied whole, whatever its length and wherever it lies", () => {
  const source = Buffer.from(Array.from({ length: 3_000 }, (_, index) => (index * 31) & 0xff));
  const sourceView = new DataView(source.buffer, source.byteOffset, source.length);

  for (const bytes of [1, 2, 7, 8, 9, 15, 16, 17, 63, 200, 1023, 1024, 1025, 2_900]) {
    for (const from of [0, 1, 5]) {
      const target = Buffer.alloc(3_100);
      const targetView = new DataView(target.buffer, target.byteOffset, target.length);
      copyBody(source, sourceView, from, target, targetView, 34, bytes);
      expect(target.subarray(34, 34 + bytes).equals(source.subarray(from, from + bytes))).toBe(true);
      expect(target[34 + bytes]).toBe(0);
      expect(target[33]).toBe(0);
    }
  }
});

test.each([
  0, 1, 999.75, 1_700_000_000_000, 1_700_000_000_123.456, 2_147_483_647_999, 4_294_967_296_000,
  9_000_000_000_000,
])("[L2] the timestamp of %d ms is in nanoseconds, as a 64-bit number", (wallMs) => {
  const time = new BrokerTime();

  time.set(5, wallMs);

  const ns = (BigInt(time.wallNsHigh) << 32n) | BigInt(time.wallNsLow);
  const seconds = Math.floor(wallMs / 1000);
  expect(ns).toBe(BigInt(seconds) * 1_000_000_000n + BigInt(Math.floor((wallMs - seconds * 1000) * 1e6)));
  expect(wallMsOf(time.wallNsHigh, time.wallNsLow)).toBeCloseTo(wallMs, 2);
});
