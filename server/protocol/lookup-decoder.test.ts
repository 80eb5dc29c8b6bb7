import fc from "fast-check";
import { expect, test } from "vitest";
import { LookupDecoder, LookupReplyDecoder } from "./lookup-decoder.ts";

/** Everything that is said by `pieces`, faults by their text; the stream ends after them. */
function decoded(pieces: readonly Buffer[]): unknown[] {
  const decoder = new LookupDecoder();
  const said: unknown[] = [];
  for (const piece of pieces) {
    decoder.push(piece);
    for (let next = decoder.next(); next !== null; next = decoder.next()) {
      if ("code" in next) return [...said, next.text];
      said.push(next);
    }
  }
  const fault = decoder.end();
  return fault ? [...said, fault.text] : said;
}

const line = (...fields: string[]) => ({ fields, body: null });
const samples: [name: string, wire: string, said: unknown[]][] = [
  ["nothing", "", []],
  ["half a magic", "  V", []],
  ["another magic", "  V2PING\n", ["E_BAD_PROTOCOL"]],
  ["lines", "  V1PING\nREGISTER t c\r\n", [line("PING"), line("REGISTER", "t", "c")]],
  ["spaces", "  V1 \t REGISTER  t \n\n", [line("REGISTER", "", "t"), line("")]],
  ["a half line", "  V1PING\nPI", [line("PING")]],
  [
    "an IDENTIFY, and one too many",
    "  V1IDENTIFY\n\0\0\0\x02{}IDENTIFY\n\0\0\0\x02",
    [{ fields: ["IDENTIFY"], body: "{}" }, line("IDENTIFY")],
  ],
  ["an IDENTIFY without a size", "  V1IDENTIFY\n\0\0", ["E_BAD_BODY IDENTIFY failed to read body size"]],
  ["a half body", "  V1IDENTIFY\n\0\0\0\x05{}", ["E_BAD_BODY IDENTIFY failed to read body"]],
  ["a negative size", "  V1IDENTIFY\n\xff\xff\xff\xff", ["E_BAD_BODY IDENTIFY failed to read body"]],
  ["an absurd size", "  V1IDENTIFY\n\x7f\xff\xff\xff", ["E_BAD_BODY IDENTIFY failed to read body"]],
];

test.each(samples)("[LB1] %s means the same wherever it is cut in two", (_, wire, said) => {
  const bytes = Buffer.from(wire, "latin1");
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(decoded([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual(said);
  }
});

test("[LB1] whatever is sent means the same byte by byte", () => {
  const words = fc.constantFrom(
    "PING\n",
    "IDENTIFY\n",
    "\0\0\0\x03",
    "abc",
    "REGISTER t c\n",
    " ",
    "\n",
    "\0",
  );
  fc.assert(
    fc.property(fc.array(words), (pieces) => {
      const bytes = Buffer.from(`  V1${pieces.join("")}`, "latin1");

      expect(decoded(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toEqual(decoded([bytes]));
    }),
  );
});

test("[LB1] a line that does not end is refused at 16 KiB", () => {
  const endless = Buffer.alloc(16 * 1024 + 1, "x");
  const error = "E_INVALID line is longer than 16384 bytes";

  expect(decoded([Buffer.from("  V1"), endless])).toEqual([error]);
  expect(decoded([Buffer.from("  V1"), ...Array.from(endless, () => Buffer.from("x"))])).toEqual([error]);
  expect(decoded([Buffer.from("  V1"), endless.subarray(1), Buffer.from("\n")])).toHaveLength(1);
});

test("[LB1] a lookup's replies are the same wherever they are cut in two", () => {
  const bytes = Buffer.from("\0\0\0\x02OK\0\0\0\0\0\0\0\x03{ }\0\0\0\x02O", "latin1");

  for (let cut = 0; cut <= bytes.length; cut++) {
    const decoder = new LookupReplyDecoder();
    const replies = [bytes.subarray(0, cut), bytes.subarray(cut)].flatMap((piece) => decoder.push(piece));
    expect(replies.map(String), `cut at ${cut}`).toEqual(["OK", "", "{ }"]);
  }
});

test.each(["\xff\xff\xff\xff", "HTTP/1.1 400", "\0\x01\0\x01"])("[LB1] %j is no lookup's reply", (wire) => {
  expect(new LookupReplyDecoder().push(Buffer.from(wire, "latin1"))).toBeNull();
});
