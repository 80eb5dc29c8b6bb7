import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SnappyDecoder, SnappyEncoder, SnappyError } from "./snappy-frames.ts";

const streamId = "ff060000734e61507059";
/** A stream as nsqd begins one: its id, then `OK`. */
const okStream = `${streamId}010e000026982bcf00000006000000004f4b`;
/** `aaaa…`, 100 times, as the format's description has copies: a literal, then one copy of 64 and one of 35. */
const packedChunk = chunk(0x00, "64 00 61 fe0100 8a0100");

function decode(...pieces: string[]): string {
  const decoder = new SnappyDecoder();
  let plain = "";
  for (const piece of pieces) {
    decoder.push(Buffer.from(piece.replaceAll(" ", ""), "hex"));
    for (let next = decoder.next(); next !== null; next = decoder.next()) plain += next.toString("latin1");
  }
  return plain;
}

/** A chunk of data with the checksum of a hundred times `a`. */
function chunk(type: number, data: string, checksum = "00000000"): string {
  const body = (checksum + data).replaceAll(" ", "");
  const head = Buffer.alloc(4);
  head.writeUInt32LE(type | ((body.length / 2) << 8));
  return head.toString("hex") + body;
}

test("[Z6] the first bytes are nsqd's own: the stream's id, then the frame as it is", () => {
  const encoder = new SnappyEncoder();

  expect(encoder.encode(Buffer.from("00000006000000004f4b", "hex")).toString("hex")).toBe(okStream);
  expect(encoder.encode(Buffer.from("00000006000000004f4b", "hex")).toString("hex")).toBe(
    okStream.slice(streamId.length),
  );
});

test("[Z6] what repeats is packed, what does not is sent as it is", () => {
  const encoder = new SnappyEncoder();

  expect(encoder.encode(Buffer.alloc(65_536)).length).toBeLessThan(4_000);
  expect(encoder.encode(Buffer.from("0123456789abcdef"))[0]).toBe(0x01);
});

test("[Z7] a stream decodes the same wherever it is cut", () => {
  const wire = okStream + streamId + chunk(0xfe, "", "aabbccddee") + okStream.slice(streamId.length);
  const whole = decode(wire);

  expect(whole).toHaveLength(20);
  for (let cut = 0; cut <= wire.length; cut += 2) {
    expect(decode(wire.slice(0, cut), wire.slice(cut)), `cut at byte ${cut / 2}`).toBe(whole);
  }
  expect(decode(...wire.match(/../g)!), "byte by byte").toBe(whole);
});

test("[Z7] a stream may begin again at any chunk", () => {
  expect(decode(okStream + okStream)).toHaveLength(20);
});

test("[Z7] padding is left out, also 16 MB of it, and not kept", () => {
  const decoder = new SnappyDecoder();
  decoder.push(Buffer.from(`${streamId}feffffff`, "hex"));
  const part = Buffer.alloc(64 * 1024);
  for (let left = 2 ** 24 - 1; left > 0; left -= part.length) {
    expect(decoder.next()).toBeNull();
    decoder.push(part.subarray(0, left));
  }
  expect(decoder.next()).toBeNull();
  decoder.push(Buffer.from(okStream, "hex"));

  expect(decoder.next()).toHaveLength(10);
});

describe("[Z8] refused before anything is expanded:", () => {
  test.each([
    ["data in front of the stream's id", okStream.slice(streamId.length)],
    ["another id", "ff060000734e61507058"],
    ["an id of another length", `ff07000000${streamId.slice(8)}`],
    ["a chunk that nobody may skip", `${streamId}7f01000000`],
    ["a chunk without a checksum", `${streamId}0003000000`],
    ["a chunk longer than 64 KiB can become", `${streamId}00ffff02`],
    ["data that says it expands to 4 GiB", streamId + chunk(0x00, "ffffffff0f 00")],
    ["data that says it expands to 64 KiB and one", streamId + chunk(0x00, "818004 00")],
    ["a length without an end", streamId + chunk(0x00, "ffffffffffff")],
    ["a wrong checksum", streamId + chunk(0x01, "6161")],
    ["a wrong checksum of packed data", streamId + packedChunk],
    ["a copy from in front of the data", streamId + chunk(0x00, "64 fe0100")],
  ])("%s", (_, wire) => {
    expect(() => decode(wire)).toThrow(SnappyError);
  });
});

test("[Z8] whatever the bytes, they are decoded or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(80), (junk, at) => {
      const wire = Buffer.concat([Buffer.from(okStream, "hex"), Buffer.from(junk)]);
      if (at < wire.length) wire[at]! ^= 0x40;
      const decoder = new SnappyDecoder();
      decoder.push(wire);
      try {
        while (decoder.next() !== null);
      } catch (error) {
        expect(error).toBeInstanceOf(SnappyError);
      }
    }),
    { numRuns: 2_000 },
  );
});
