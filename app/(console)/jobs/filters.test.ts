import { expect, test } from "vitest";
import { isJobWanted, type JobsWanted, type Looked } from "./filters.ts";

const any: JobsWanted = { q: null, kind: null, state: null };
const job: Looked = {
  key: "1b4e28ba-0000-4000-8000-000000000000",
  kind: "requeue",
  state: "running",
  actor: "Ada",
  topic: "orders",
  channel: "billing",
  node: null,
};

test("[CJ8] jobs are found by what they do, how they stand, and parts of what they are about or who asked", () => {
  const found = (wanted: Partial<JobsWanted>) => isJobWanted(job, { ...any, ...wanted });

  expect([found({}), found({ kind: "requeue" }), found({ kind: "drain" })]).toEqual([true, true, false]);
  expect([found({ state: "open" }), found({ state: "failed" })]).toEqual([true, false]);
  expect(isJobWanted({ ...job, state: "failed" }, { ...any, state: "failed" })).toBe(true);
  for (const q of ["RDERS/bill", "ada", "1b4e", ""]) expect(found({ q }), q).toBe(true);
  expect([found({ q: "mail" }), found({ q: "ada", state: "failed" })]).toEqual([false, false]);
  expect(isJobWanted({ ...job, topic: null, channel: null, node: "n1:4151" }, { ...any, q: "n1" })).toBe(
    true,
  );
});
