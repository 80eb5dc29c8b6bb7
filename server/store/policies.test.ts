import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { DataPathError } from "./data-path.ts";
import { PolicyFile } from "./policies.ts";
import type { StoreLog } from "./ports.ts";

const directory = mkdtempSync(join(tmpdir(), "weir-policies-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const path = join(directory, "policies.json");
const errors: string[] = [];
const log: StoreLog = { info: () => {}, warn: () => {}, error: (_, message) => errors.push(message) };
const open = () => new PolicyFile(directory, log);
beforeEach(() => {
  rmSync(path, { recursive: true, force: true });
  errors.length = 0;
});

test("[CU8] what was said is known to the next process, also of names that mean something to JavaScript", () => {
  const said = open();
  said.note(
    new Map([
      ["orders", true],
      ["clicks", false],
      ["__proto__", true],
      ["gone", true],
    ]),
  );
  said.note(new Map([["gone", null]]));

  const next = open();

  expect(
    ["orders", "clicks", "__proto__", "gone", "constructor"].map((name) => next.durableOf(name)),
  ).toEqual([true, false, true, null, null]);
});

test("[CU8] what another cluster has said is forgotten", () => {
  open().note(new Map([["orders", true]]));

  open().note(new Map([["mail", true]]), { anew: true });

  expect([open().durableOf("orders"), open().durableOf("mail")]).toEqual([null, true]);
});

test("[CU8] nothing is written when nothing was said", () => {
  open().note(new Map([["orders", null]]));

  expect(() => readFileSync(path)).toThrow(/ENOENT/);
});

test.each([
  "",
  "{",
  "[]",
  "null",
  '{"version":2,"durable":{}}',
  '{"version":1,"durable":{"a b":true}}',
  '{"version":1,"durable":{"a":1}}',
])("[CU8] a file that is not ours ends the start: %s", (text) => {
  writeFileSync(path, text);

  expect(open).toThrow(DataPathError);
});

test("[CU8] a disk that refuses is said, and what was said holds until it takes it", () => {
  const policies = open();
  rmSync(directory, { recursive: true });

  policies.note(new Map([["orders", true]]));

  expect(policies.durableOf("orders")).toBe(true);
  expect(errors).toEqual([expect.stringMatching(/policies\.json cannot be written: it is not there/)]);
});
