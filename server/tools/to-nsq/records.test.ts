import { expect, test } from "vitest";
import { recordsOf } from "./records.ts";

async function read(chunks: readonly string[], delimiter = "\n", bytesMax = 100): Promise<string[]> {
  const input = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const records: string[] = [];
  for await (const record of recordsOf(input, delimiter.charCodeAt(0), bytesMax))
    records.push(record.toString());
  return records;
}

test("[UT3] records are the same wherever the bytes are cut", async () => {
  const text = "one\n\ntwo\nthree\n\n";
  for (let cut = 0; cut <= text.length; cut++) {
    const chunks = [text.slice(0, cut), text.slice(cut)];

    expect(await read(chunks), `cut at ${cut}`).toEqual(["one", "two", "three"]);
  }
});

test("[UT3] bytes may come one by one, with another delimiter", async () => {
  expect(await read([..."a\nb,,c,"], ",")).toEqual(["a\nb", "c"]);
});

test("[UT3] a last record without a delimiter keeps its last byte", async () => {
  expect(await read(["one\ntwo"])).toEqual(["one", "two"]);
  expect(await read(["x"])).toEqual(["x"]);
  expect(await read([])).toEqual([]);
});

test.each([[["1234567890", "1\n"]], [["12345678901\n"]], [["12345678", "901"]]])(
  "[UT3] a record over the limit is refused: %j",
  async (chunks) => {
    await expect(read(chunks, "\n", 10)).rejects.toThrow("a record of more than 10 bytes");
    expect(await read(["1234567890\n", "1234567890"], "\n", 10)).toHaveLength(2);
  },
);
