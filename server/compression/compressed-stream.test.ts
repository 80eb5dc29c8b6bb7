import { once } from "node:events";
import { type Duplex, duplexPair } from "node:stream";
import { buffer } from "node:stream/consumers";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type Compression, compressed } from "./compressed-stream.ts";
import { SnappyEncoder } from "./snappy-frames.ts";

const formats: Compression[] = [{ format: "snappy" }, { format: "deflate", level: 6 }];

/** A compressed end, and the raw bytes' end opposite. */
function pair(compression: Compression) {
  const [near, far] = duplexPair();
  return { stream: compressed(near, compression), far };
}

/** The plain bytes `stream` gives, as long as it is read. */
function reading(stream: Duplex) {
  const seen = { bytes: 0, parts: [] as Buffer[] };
  stream.on("data", (part: Buffer) => {
    seen.bytes += part.length;
    seen.parts.push(part);
  });
  return seen;
}

describe.each(formats)("$format", (compression) => {
  test("[Z1] what is written at one end is read at the other, however it is cut", async () => {
    const writes = fc.array(
      fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(new Uint8Array(70_000), noise(200_000))),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(writes, fc.integer({ min: 64, max: 5_000 }), async (parts, cut) => {
        const [near, far] = duplexPair();
        const sender = compressed(near, compression);
        const [relay, end] = duplexPair();
        const receiver = compressed(end, compression);
        far.on("data", (bytes: Buffer) => {
          for (let at = 0; at < bytes.length; at += cut) relay.write(bytes.subarray(at, at + cut));
        });
        far.on("end", () => relay.end());

        for (const part of parts) sender.write(part);
        sender.end();

        expect((await buffer(receiver)).equals(Buffer.concat(parts))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test("[Z2] what is written is there at the other end at once, without an end or more data", async () => {
    const [near, far] = duplexPair();
    const sender = compressed(near, compression);
    const seen = reading(compressed(far, compression));

    sender.write("first");

    await eventually(() => expect(seen.bytes).toBe(5));
  });

  test("[Z3] nothing is expanded that is not read, whatever it would expand to", async () => {
    const { stream, far } = pair(compression);
    const bomb = packed(compression, Buffer.alloc(8 * 2 ** 20));
    let bombs = 0;
    const feed = (): void => {
      while (bombs++ < 100) if (!far.write(bomb)) break;
    };
    far.on("drain", feed);
    feed();
    stream.once("data", () => stream.pause());

    await once(stream, "data");

    await eventually(() => expect(stream.readableLength).toBeGreaterThan(0));
    expect(stream.readableLength).toBeLessThanOrEqual(128 * 1024);
    expect(bombs).toBeLessThan(20);
  });

  test("[Z4] bytes that are no such stream end both streams with an error", async () => {
    const { stream, far } = pair(compression);
    const failed = once(stream, "error");
    stream.resume();

    far.write("CLS\n");
    far.write(Buffer.alloc(100, 0xee));

    expect((await failed)[0]).toBeInstanceOf(Error);
    await eventually(() => expect(far.destroyed || far.readableEnded || stream.destroyed).toBe(true));
  });

  test("[Z5] a write is done when the other side has taken it, and no sooner", async () => {
    const [near, far] = duplexPair({ highWaterMark: 16 * 1024 });
    const stream = compressed(near, compression);
    let isDone = false;

    stream.write(noise(300_000), () => {
      isDone = true;
    });
    await eventually(() => expect(far.readableLength).toBeGreaterThan(0));

    expect(isDone).toBe(false);
    expect(stream.writableLength).toBe(300_000);
    far.resume();
    await eventually(() => expect(isDone).toBe(true));
    expect(stream.writableLength).toBe(0);
  });
});

test("[Z2] deflate is one raw stream that anybody can read, flushed after each write", async () => {
  const { stream, far } = pair({ format: "deflate", level: 6 });
  const seen = reading(far);

  stream.write("first");
  await eventually(() => expect(seen.bytes).toBeGreaterThan(0));
  stream.write("second");

  const whole = await eventually(() => {
    const plain = inflateRawSync(Buffer.concat(seen.parts), { finishFlush: constants.Z_SYNC_FLUSH });
    expect(plain.toString()).toBe("firstsecond");
    return Buffer.concat(seen.parts);
  });
  expect(whole.subarray(-4).toString("hex")).toBe("0000ffff");
});

/** Bytes without a pattern, the same in every run. */
function noise(bytes: number): Buffer {
  const noisy = Buffer.allocUnsafe(bytes);
  for (let at = 0, state = 1; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    noisy[at] = state >>> 24;
  }
  return noisy;
}

function packed({ format }: Compression, plain: Buffer): Buffer {
  return format === "snappy"
    ? new SnappyEncoder().encode(plain)
    : deflateRawSync(plain, { finishFlush: constants.Z_SYNC_FLUSH });
}
