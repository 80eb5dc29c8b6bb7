import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SegmentFiles } from "./segment-files.ts";
import { block, type OpenedStore, readAll, storeContract, written } from "./store-contract.ts";
import { silent } from "./test-log.ts";

async function openIn(directory: string, session = 1): Promise<OpenedStore & { files: SegmentFiles }> {
  const files = new SegmentFiles({ directory, session, log: silent });
  await files.ready;
  return {
    files,
    backlog: files,
    // A crash would leave the same: nothing is written at the end.
    reopen: async () => {
      await files.close();
      return openIn(directory, session + 1);
    },
    close: async () => {
      await files.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const newDirectory = () => mkdtempSync(join(tmpdir(), "weir-segments-"));

describe("segment files", () => storeContract(() => openIn(newDirectory()), { lasts: true }));

test("[SF1] a last record cut at any byte is left out, and all before it is whole", async () => {
  const directory = newDirectory();
  const first = await openIn(directory);
  const [a, b] = [block(7, 0, 10), block(7, 10, 14)];
  await written(first.backlog, "orders", a);
  const [name] = readdirSync(directory);
  const whole = readFileSync(join(directory, name!)).length;
  await written(first.backlog, "orders", b);
  await first.files.close();
  const bytes = readFileSync(join(directory, name!));

  for (let cut = whole; cut < bytes.length; cut++) {
    writeFileSync(join(directory, name!), bytes.subarray(0, cut));
    const torn = new SegmentFiles({ directory, session: 2, log: silent });
    expect(await readAll(torn, { logId: 7 }), `cut at byte ${cut}`).toEqual([a]);
    await torn.close();
    expect(readFileSync(join(directory, name!)).length, `cut at byte ${cut}`).toBe(whole);
  }

  rmSync(directory, { recursive: true });
});

test("[SF2] a changed byte anywhere in a record never gives a wrong message", async () => {
  const directory = newDirectory();
  const first = await openIn(directory);
  const [a, b] = [block(7, 0, 3), block(7, 3, 6)];
  await written(first.backlog, "orders", a, b);
  await first.files.close();
  const [name] = readdirSync(directory);
  const bytes = readFileSync(join(directory, name!));

  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 0x40;
    writeFileSync(join(directory, name!), changed);
    const files = new SegmentFiles({ directory, session: 2, log: silent });
    for (const found of await readAll(files, { logId: 7 })) {
      expect(
        [a, b].filter((one) => Buffer.compare(one.bytes, found.bytes) === 0),
        `byte ${at}`,
      ).toHaveLength(1);
    }
    await files.close();
  }

  rmSync(directory, { recursive: true });
});

test("[SF3] a file goes when everything in it is forgotten, and its number is not used again", async () => {
  const directory = newDirectory();
  const store = await openIn(directory);
  await written(store.backlog, "orders", block(7, 0, 10), block(8, 0, 10));
  const [first] = readdirSync(directory);
  store.backlog.forget(7, 2 ** 32);
  await written(store.backlog, "orders", block(9, 0, 10));
  expect(readdirSync(directory)).toEqual([first]);

  store.backlog.forget(8, 2 ** 32);
  store.backlog.forget(9, 2 ** 32);
  await expect.poll(() => readdirSync(directory)).toEqual([]);
  await written(store.backlog, "orders", block(10, 0, 10));

  expect(readdirSync(directory)).not.toEqual([first]);
  await store.close();
});

test("[SF4] a disk that refuses loses nothing: the write is done when it takes it again", async () => {
  const directory = newDirectory();
  rmSync(directory, { recursive: true });
  copyFileSync("/dev/null", directory);
  const files = new SegmentFiles({ directory, session: 1, log: silent });
  let isDone = false;
  const done = written(files, "orders", block(7, 0, 10)).then(() => {
    isDone = true;
  });
  await expect.poll(() => files.failure).not.toBeNull();
  expect(isDone).toBe(false);

  rmSync(directory);
  await done;

  expect(files.failure).toBeNull();
  await files.close();
  rmSync(directory, { recursive: true });
});
