import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CommandSink, Decoder } from "./decoder.ts";
import { type Fault, fault } from "./faults.ts";

const sizeMax = 1_000;

/** Writes down what it is asked to do. Names and sizes are judged as a session would. */
class Recorder implements CommandSink {
  closed = false;
  readonly suspended = false;
  lastTopic = new Uint8Array();
  readonly seen: unknown[] = [];

  publish(
    bytes: Buffer,
    _view: DataView,
    topicFrom: number,
    topicTo: number,
    from: number,
    size: number,
  ): void {
    const topic =
      topicFrom < 0
        ? Buffer.from(this.lastTopic.subarray(0, -1)).toString("latin1")
        : bytes.toString("latin1", topicFrom, topicTo);
    this.lastTopic = new Uint8Array(Buffer.from(`${topic}\n`, "latin1"));
    this.body(["PUB", topic], bytes, _view, from, size);
  }
  finish(logId: number, seq: number, bytes: Buffer, idAt: number): void {
    this.seen.push(["FIN", bytes.toString("latin1", idAt, idAt + 16), logId, seq]);
  }
  command(fields: readonly string[]): void {
    this.seen.push(fields);
  }
  checkLine(fields: readonly string[]): Fault | null {
    return fields[1] === "bad" ? fault("E_BAD_TOPIC", "bad") : null;
  }
  checkSize(_fields: readonly string[], bodyBytes: number): Fault | null {
    return bodyBytes <= 0 || bodyBytes > sizeMax ? fault("E_BAD_MESSAGE", `size ${bodyBytes}`) : null;
  }
  body(fields: readonly string[], bytes: Buffer, _view: DataView, from: number, bodyBytes: number): void {
    this.seen.push([...fields, bytes.toString("latin1", from, from + bodyBytes)]);
  }
  truncated(fields: readonly string[], _view: DataView, from: number, to: number): void {
    this.seen.push(["truncated", ...fields, from < 0 ? "size" : to - from]);
  }
  fail(refused: Fault): void {
    this.seen.push(refused.text);
    this.closed = true;
  }
  hangUp(): void {
    this.seen.push("hang up");
    this.closed = true;
  }
}

/** Feeds pieces one after another, carrying over what a piece leaves, as a session's input does. */
function decode(pieces: readonly Buffer[]): unknown[] {
  const decoder = new Decoder();
  const sink = new Recorder();
  let rest = Buffer.alloc(0);
  for (const piece of pieces) {
    const bytes = Buffer.from(Buffer.concat([rest, piece]));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    rest = bytes.subarray(decoder.decode(bytes, view, 0, bytes.length, sink));
    if (sink.closed) break;
  }
  return sink.seen;
}

const id = "0000000a0000ffff";
const samples: [string, string, unknown[]][] = [
  ["NOP", "NOP\n", [["NOP"]]],
  ["NOP with a carriage return", "NOP\r\n", [["NOP"]]],
  ["an empty line", "\n", [[""]]],
  ["two spaces", "SUB  c\n", [["SUB", "", "c"]]],
  [
    "SUB and RDY",
    "SUB t c\nRDY 5\n",
    [
      ["SUB", "t", "c"],
      ["RDY", "5"],
    ],
  ],
  ["FIN", `FIN ${id}\n`, [["FIN", id, 10, 65_535]]],
  ["FIN with a carriage return", `FIN ${id}\r\n`, [["FIN", id]]],
  ["FIN with another field", `FIN ${id} x\n`, [["FIN", id, "x"]]],
  ["FIN of a short id", "FIN 0123\n", [["FIN", "0123"]]],
  ["FIN of junk", "FIN 0000000A0000zzzz\n", [["FIN", "0000000A0000zzzz"]]],
  ["FIN of a short id and another field", "FIN 0123456789 abcde\n", [["FIN", "0123456789", "abcde"]]],
  [
    "FINs whose line ends lie where one's would",
    "FIN 01234567\nNOP\nNOP\n",
    [["FIN", "01234567"], ["NOP"], ["NOP"]],
  ],
  ["PUB", "PUB t\n\0\0\0\x05hello", [["PUB", "t", "hello"]]],
  ["PUB with a carriage return", "PUB t\r\n\0\0\0\x05hello", [["PUB", "t", "hello"]]],
  ["PUB with another field", "PUB t x\n\0\0\0\x05hello", [["PUB", "t", "x", "hello"]]],
  [
    "PUB of a body that looks like commands",
    "PUB t\n\0\0\0\x08NOP\nNOP\nNOP\n",
    [["PUB", "t", "NOP\nNOP\n"], ["NOP"]],
  ],
  [
    "PUBs",
    "PUB t\n\0\0\0\x01aPUB u\n\0\0\0\x01b",
    [
      ["PUB", "t", "a"],
      ["PUB", "u", "b"],
    ],
  ],
  [
    "PUBs to one topic and to longer and shorter names",
    "PUB to\n\0\0\0\x01aPUB to\n\0\0\0\x01bPUB too\n\0\0\0\x01cPUB t\n\0\0\0\x01dPUB t\n\0\0\0\x01e",
    [
      ["PUB", "to", "a"],
      ["PUB", "to", "b"],
      ["PUB", "too", "c"],
      ["PUB", "t", "d"],
      ["PUB", "t", "e"],
    ],
  ],
  ["MPUB", "MPUB t\n\0\0\0\x09\0\0\0\x01\0\0\0\x01x", [["MPUB", "t", "\0\0\0\x01\0\0\0\x01x"]]],
  ["DPUB", "DPUB t 100\n\0\0\0\x01x", [["DPUB", "t", "100", "x"]]],
  ["IDENTIFY", "IDENTIFY\n\0\0\0\x02{}", [["IDENTIFY", "{}"]]],
  ["a bad topic, told before its body", "PUB bad\n", ["E_BAD_TOPIC bad"]],
  ["a bad size, told before its body", "PUB t\n\x7f\xff\xff\xff", ["E_BAD_MESSAGE size 2147483647"]],
  ["a negative size", "PUB t\n\xff\xff\xff\xff", ["E_BAD_MESSAGE size -1"]],
  ["nothing behind a fault", "PUB t\n\0\0\0\0NOP\n", ["E_BAD_MESSAGE size 0"]],
];

describe("the V2 decoder", () => {
  test.each(samples)("[P2] %s decodes the same wherever the bytes are cut", (_, wire, commands) => {
    const bytes = Buffer.from(wire, "latin1");
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(decode([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at byte ${cut}`).toEqual(commands);
    }
    expect(decode([...bytes].map((byte) => Buffer.of(byte)))).toEqual(commands);
  });

  test("[P2] any stream decodes the same in any pieces", () => {
    const wires = samples.map(([, wire]) => wire).filter((wire) => !/bad|[\x7f\xff]|\0\0\0\0/.test(wire));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...wires), { minLength: 1, maxLength: 20 }),
        fc.array(fc.nat(400), { maxLength: 12 }),
        (parts, cuts) => {
          const stream = Buffer.from(parts.join(""), "latin1");
          const at = [
            0,
            ...cuts.map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b),
            stream.length,
          ];
          const pieces = at.slice(1).map((end, i) => stream.subarray(at[i], end));
          expect(decode(pieces)).toEqual(decode([stream]));
        },
      ),
    );
  });

  test("[P2] any bytes at all only ever become commands, faults or a hang-up", () => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .constantFrom("PUB ", "MPUB ", "FIN ", "\n", "\0\0\0\x05", " ")
        .map((text) => Buffer.from(text, "latin1")),
    );
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 20 }), (parts) => {
        const pieces = parts.map((part) => Buffer.from(part));
        expect(decode(pieces)).toEqual(decode([Buffer.concat(pieces)]));
      }),
    );
  });

  test("[TF9] a line beyond 16 KiB is hung up on, also before it has ended", () => {
    expect(decode([Buffer.alloc(16_383, "x")])).toEqual([]);
    expect(decode([Buffer.alloc(16_384, "x")])).toEqual(["hang up"]);
    expect(decode([Buffer.concat([Buffer.alloc(17_000, "x"), Buffer.from("\n")])])).toEqual(["hang up"]);
    expect(decode([Buffer.from(`PUB ${"x".repeat(17_000)}\n\0\0\0\x01y`)])).toEqual(["hang up"]);
  });

  test("[P2] the longest topic takes the short way, and a longer one is the same topic by the long one", () => {
    for (const length of [63, 64, 65, 1_000]) {
      const topic = "t".repeat(length);
      expect(decode([Buffer.from(`PUB ${topic}\n\0\0\0\x02hi`)])).toEqual([["PUB", topic, "hi"]]);
    }
  });

  test("[TF13] an end inside a body tells how far it came", () => {
    const sink = new Recorder();
    const end = (wire: string) => {
      const bytes = Buffer.from(wire, "latin1");
      new Decoder().end(
        bytes,
        new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
        0,
        bytes.length,
        sink,
      );
    };

    end("PUB t\n\0\0");
    end("PUB t\n\0\0\0\x05hel");
    end("PUB t");

    expect(sink.seen).toEqual([
      ["truncated", "PUB", "t", "size"],
      ["truncated", "PUB", "t", 3],
    ]);
  });
});
