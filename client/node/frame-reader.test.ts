import fc from "fast-check";
import { expect, test } from "vitest";
import { frame, messageFrame, messageId } from "../testing/scripted-node.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";

const sizeMax = 1_000;

class Recorder implements FrameSink {
  readonly seen: string[] = [];
  stopAfter = Number.POSITIVE_INFINITY;

  frame(type: number, bytes: Buffer, from: number, to: number): boolean {
    this.seen.push(`${type} ${bytes.toString("latin1", from, to)}`);
    return this.seen.length < this.stopAfter;
  }
  nonsense(reason: string): void {
    this.seen.push(reason);
  }
}

function read(pieces: readonly Buffer[]): string[] {
  const sink = new Recorder();
  const reader = new FrameReader(sink, sizeMax);
  for (const piece of pieces) reader.push(piece);
  return sink.seen;
}

test("[NC2] frames are the same wherever their bytes are cut", () => {
  const frames = [
    frame(0, Buffer.from("OK")),
    messageFrame(messageId(1), "body"),
    frame(1, Buffer.from("E_INVALID")),
    frame(0, Buffer.alloc(0)),
  ];
  const bytes = Buffer.concat(frames);
  const whole = read([bytes]);

  expect(whole.map((seen) => seen[0])).toEqual(["0", "2", "1", "0"]);
  for (let cut = 0; cut <= bytes.length; cut++)
    expect(read([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at byte ${cut}`).toEqual(whole);
  expect(read([...bytes].map((byte) => Buffer.of(byte)))).toEqual(whole);
});

test("[NC2] frames are the same in pieces of any size, and what was handed out is never written to again", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
      (bodies, sizes) => {
        const bytes = Buffer.concat(bodies.map((body) => frame(2, Buffer.from(body))));
        const kept: Buffer[] = [];
        const reader = new FrameReader(
          {
            frame: (_type, from, at, to) => {
              kept.push(from.subarray(at, to));
              return true;
            },
            nonsense: (reason) => expect.unreachable(reason),
          },
          sizeMax,
        );

        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const to = at + sizes[turn % sizes.length]!;
          reader.push(Buffer.from(bytes.subarray(at, to)));
          at = to;
        }

        expect(kept.map((body) => [...body])).toEqual(bodies.map((body) => [...body]));
      },
    ),
  );
});

test.each([
  ["negative", -1],
  ["less than its type", 3],
  ["more than is allowed", sizeMax + 1],
])("[NC2] a frame whose size is %s is nonsense before anything of it is kept", (_, size) => {
  const head = Buffer.alloc(8);
  head.writeInt32BE(size);

  expect(read([head])).toEqual([`a frame of ${size} bytes`]);
});

test("[NC2] a reader that is told to stop leaves the rest for somebody else", () => {
  const sink = new Recorder();
  sink.stopAfter = 1;
  const reader = new FrameReader(sink, sizeMax);

  reader.push(Buffer.concat([frame(0, Buffer.from("OK")), Buffer.from("something else")]));

  expect(reader.takeRest().toString()).toBe("something else");
  expect(reader.takeRest()).toHaveLength(0);
});
