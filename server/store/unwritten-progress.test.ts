import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keptLog, silent } from "./test-log.ts";
import { UnwrittenProgress } from "./unwritten-progress.ts";

function newDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "weir-unwritten-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test("[PR8] what could not be written is read back with the epoch it is of; the newest counts", async () => {
  const path = newDirectory();
  expect(new UnwrittenProgress(path, silent).found).toBeNull();
  const first = new UnwrittenProgress(path, silent);
  await first.keep({ epoch: 7, payload: Buffer.from("old") });
  await first.keep({ epoch: 2 ** 40, payload: Buffer.from("newest") });

  const { epoch, payload } = new UnwrittenProgress(path, silent).found!;

  expect([epoch, Buffer.from(payload).toString()]).toEqual([2 ** 40, "newest"]);
});

test("[PR8] a file that is cut or changed anywhere is left out, and that is said", async () => {
  const path = newDirectory();
  await new UnwrittenProgress(path, silent).keep({ epoch: 7, payload: Buffer.from("payload") });
  const file = join(path, "progress.dat");
  const whole = readFileSync(file);
  const spoilt = [whole.subarray(0, -1), whole.subarray(0, 3), Buffer.alloc(0)];
  for (let at = 0; at < whole.length; at++) {
    const changed = Buffer.from(whole);
    changed[at]! ^= 1;
    spoilt.push(changed);
  }

  for (const bytes of spoilt) {
    writeFileSync(file, bytes);
    const log = keptLog();
    expect(new UnwrittenProgress(path, log).found).toBeNull();
    expect(log.lines.join()).toContain("is damaged");
  }
});
