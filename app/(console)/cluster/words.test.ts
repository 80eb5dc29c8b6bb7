import { createTranslator } from "use-intl/core";
import { expect, test } from "vitest";
import type { AdoptionRow, Drain, Durability, PostgresView } from "../../../server/console/contract/index.ts";
import { formatsOf } from "../../live/format.ts";
import { en } from "../../words/en/index.ts";
import * as words from "./words.ts";

const reader: words.Reader = {
  t: createTranslator({ locale: "en", messages: en, namespace: "cluster" }) as unknown as words.Reader["t"],
  f: formatsOf("en"),
};
const postgresVerdict = (postgres: PostgresView, topics: number) =>
  words.postgresVerdict(reader, postgres, topics);
const adoptionSentence = (row: AdoptionRow) => words.adoptionSentence(reader, row);
const drainSentence = (drain: Drain) => words.drainSentence(reader, drain);
const { drainShare } = words;

const safe: Durability = {
  ...{ state: "kept", unsafeSettings: [], synchronousStandbys: "ANY 1 (b)", synchronousConnected: 1 },
};
const up = (durability: Durability | null): PostgresView => ({
  ...{
    state: "up",
    sinceMs: 0,
    reason: null,
    nodes: ["a"],
    durability,
    commitP50Ms: null,
    commitP99Ms: null,
  },
});

test.each([
  ["standby", up(safe), "ok", "Kept by Postgres and by a synchronous standby"],
  [
    "no standby",
    up({ ...safe, synchronousStandbys: "" }),
    "crit",
    "No synchronous standby: an acknowledged message can be lost if Postgres's machine dies",
  ],
  [
    "standby away",
    up({ ...safe, synchronousConnected: 0 }),
    "crit",
    "The synchronous standby is not connected: commits wait for it",
  ],
  [
    "standby unseen",
    up({ ...safe, synchronousConnected: null }),
    "ok",
    "Kept by Postgres and by a synchronous standby",
  ],
  [
    "at risk",
    up({ ...safe, state: "at-risk", unsafeSettings: ["fsync = off"] }),
    "crit",
    "Durable in name only: Postgres may lose what it has confirmed",
  ],
  [
    "refused",
    up({ ...safe, state: "refused", unsafeSettings: ["fsync = off"] }),
    "crit",
    "Publishes to durable topics are refused",
  ],
  ["not looked at", up(null), "unknown", "Postgres answers"],
  [
    "away",
    { ...up(null), state: "down", reason: "nothing listens there" },
    "crit",
    "Postgres does not answer: nothing listens there",
  ],
  ["starting", { ...up(null), state: "starting" }, "info", "Postgres has not answered yet"],
  ["none", { ...up(null), state: "none" }, "unknown", "No node that answers has a database"],
] as const)("[W23] what durable topics may count on is one sentence: %s", (_, postgres, tone, headline) => {
  expect(postgresVerdict(postgres, 1)).toMatchObject({ tone, headline });
});

test("[W23] what costs only durable topics alarms nobody who has none", () => {
  expect(postgresVerdict(up({ ...safe, synchronousStandbys: "" }), 0).tone).toBe("warn");
});

test("[W23] each setting that may lose something is named with what it means", () => {
  const { lines } = postgresVerdict(
    up({
      ...safe,
      state: "at-risk",
      unsafeSettings: ["fsync = off", "full_page_writes = off", "other = off"],
    }),
    1,
  );

  expect(lines.slice(0, 3)).toEqual([
    expect.stringMatching(/^fsync = off: Postgres does not wait for its disk/),
    expect.stringMatching(/^full_page_writes = off: a page that is half written/),
    "other = off: Postgres may lose what it has confirmed",
  ]);
});

test("[W23] a take-over is told while it happens and after, with how long each part took", () => {
  const done: AdoptionRow = {
    ...{ key: "k", by: "a:1", of: "id", ofNode: null, ofHostname: null, epoch: 3, atMs: 0, waitedMs: 10_400 },
    ...{ state: "done", logs: 12, messages: 18_204, takeMs: 14, loadMs: 3_900, reason: null },
    forced: false,
  };

  expect(adoptionSentence(done)).toBe(
    "18,204 messages in 12 logs, deliverable after 3.91 s (taken in 14 ms, read in 3.9 s); unrenewed for 10.4 s before",
  );
  expect(adoptionSentence({ ...done, state: "loading", loadMs: null, messages: null, waitedMs: 0 })).toBe(
    "took 12 logs in 14 ms, reads what is unfinished; left in order",
  );
  expect(adoptionSentence({ ...done, forced: true, waitedMs: 400 })).toContain(
    "asked for; renewed 400 ms before",
  );
  expect(adoptionSentence({ ...done, state: "failed", logs: 1, reason: "another was first" })).toBe(
    "1 log could not be taken: another was first",
  );
});

test("[W24] how far a node has handed over what it has is a share and a sentence", () => {
  const drain: Drain = {
    state: "running",
    startedAtMs: 0,
    logs: 2,
    logsLeft: 1,
    messages: 1_000,
    messagesLeft: 250,
    reason: null,
  };

  expect([drainShare(drain), drainSentence(drain)]).toEqual([0.75, "250 of 1,000 messages left, 1 log"]);
  expect(drainShare({ ...drain, messages: 0, messagesLeft: 0 })).toBe(0.5);
  expect(drainSentence({ ...drain, state: "failed", reason: "no other node" })).toBe(
    "Not drained: no other node",
  );
  expect([drainShare({ ...drain, state: "done" }), drainSentence({ ...drain, state: "done" })]).toEqual([
    1,
    "Drained: 1,000 messages handed over",
  ]);
});
