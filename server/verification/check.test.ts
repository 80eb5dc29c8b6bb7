import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../broker/testing/random.ts";
import { check, invariants } from "./check.ts";
import { describe as inWords } from "./describe.ts";
import { type HistoryEvent, nsPerMs } from "./event.ts";
import { decodeEvents, encodeEvent, lineBytesMax } from "./lines.ts";
import { faults } from "./testing/faults.ts";
import { goodHistory } from "./testing/good-histories.ts";
import { all, listed, notAdopted, type Plant, slowed, unfinished, unread } from "./testing/plants.ts";

const seeds = fc.integer({ min: 1, max: 1_000_000 });

test("[VF1] a run in which everything was kept is found good, and every invariant was judged", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const report = check(goodHistory(seed));

      expect(report.isViolated, inWords(report)).toBe(false);
      expect(report.verdicts.filter(({ verdict }) => verdict !== "held")).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test.each(faults.map((fault) => [fault.breaks, fault.what, fault] as const))(
  "[VF2] %s: %s",
  (id, _, { plant }) => {
    let planted = 0;

    fc.assert(
      fc.property(seeds, (seed) => {
        const spoilt = plant(goodHistory(seed), new Random(seed));
        if (!spoilt) return;
        planted++;
        const report = check(spoilt);
        const verdict = report.verdicts.find((found) => found.id === id);

        expect(verdict?.verdict, inWords(report)).toBe("violated");
        expect(verdict?.witness?.timeline.length).toBeGreaterThan(0);
      }),
      { numRuns: 20 },
    );

    expect(planted).toBeGreaterThan(3);
  },
);

test("[VF2] every invariant has a fault that breaks it", () => {
  expect(new Set(faults.map(({ breaks }) => breaks))).toEqual(new Set(invariants.map(({ id }) => id)));
});

test("[VF3] the verdict does not depend on the order of the lines, but for the store's own", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const events = goodHistory(seed);
      const random = new Random(seed);
      const isStores = ({ op }: HistoryEvent) =>
        op === "commit" || op === "epoch" || op === "adopt" || op === "own";
      const mixed = events
        .filter((event) => !isStores(event))
        .map((event) => ({ event, at: random.next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ event }) => event);

      const report = check([...mixed, ...events.filter(isStores)]);

      expect(report.isViolated, inWords(report)).toBe(false);
    }),
    { numRuns: 20 },
  );
});

test("[VF4] what a history cannot decide is undecided, not held", () => {
  const report = check([]);

  expect(new Set(report.verdicts.map(({ verdict }) => verdict))).toEqual(new Set(["undecided"]));
});

const verdictOf = (id: string, events: readonly HistoryEvent[]) =>
  check(events).verdicts.find((verdict) => verdict.id === id)?.verdict;

/** A history with a message of which a FIN is missing, and that FIN. */
function lacking(plant: Plant) {
  for (let seed = 1; ; seed++) {
    const good = goodHistory(seed);
    const events = plant(good, new Random(seed));
    const kept = new Set(events);
    const finish = events && all(good, "finish").find((finish) => finish.kind === "ok" && !kept.has(finish));
    if (finish) return { events, finish };
  }
}

test("[VF7] what is left at the end, and known to be stored, is not lost; without a list nobody can tell", () => {
  const { events, finish } = lacking(unfinished);
  const stored = { op: "stored", proc: "store", kind: "ok", topic: "orders", uid: finish.uid, t: 1 } as const;
  const unknown = events.map((event) => (event.op === "end" ? { ...event, drained: false } : event));

  expect(verdictOf("I1", listed(events))).toBe("violated");
  expect(verdictOf("I1", [...listed(events), stored])).toBe("held");
  expect(verdictOf("I1", unknown)).toBe("held");
});

test("[VF7] a FIN may have been read by a node whose audit was not written, or has a gap", () => {
  const { events, finish } = lacking(unread);
  const of = { proc: "harness", kind: "ok", node: finish.node } as const;
  const crash = { ...of, op: "crash", t: finish.t + 500 * nsPerMs } as const;

  expect(verdictOf("I1", events)).toBe("violated");
  expect(verdictOf("I1", [...events, crash])).toBe("held");
  expect(verdictOf("I1", [...events, { ...of, op: "gap", count: 1, t: finish.t }])).toBe("held");
});

test("[VF8] what slows down a node that has nothing to do with what is hurt is the machine", () => {
  expect(verdictOf("I12", slowed(goodHistory(4), ["steady"]))).toBe("violated");
  expect(verdictOf("I12", slowed(goodHistory(4), ["steady", "elsewhere"]))).toBe("held");
});

test("[VF8] a publish to a node that stands still or has just begun is not a bystander's", () => {
  const slow = slowed(goodHistory(4), ["steady"]);
  const hurt = all(slow, "phase").find(({ phase }) => phase === "hurt")!.t;
  const of = { proc: "harness", kind: "ok", node: "b" } as const;
  const frozen = [{ ...of, op: "freeze", t: hurt } as const, { ...of, op: "thaw", t: hurt + 1e10 } as const];
  const starts = Array.from(
    { length: 4 },
    (_, n) => ({ ...of, op: "start", t: hurt + n * 1e9 - 1 }) as const,
  );

  expect(verdictOf("I12", [...slow, ...frozen])).toBe("undecided");
  expect(verdictOf("I12", [...slow, ...starts])).toBe("undecided");
});

test("[VF9] a node of whose logs nothing was left when it died need not be adopted", () => {
  const events = notAdopted(goodHistory(6))!;
  const ended = { op: "ended", proc: "store", kind: "ok", log: 1 } as const;
  const crash = all(events, "crash")[0]!.t;

  expect(verdictOf("I10", events)).toBe("violated");
  expect(verdictOf("I10", [...events, { ...ended, t: crash - 1 }])).toBe("held");
  expect(verdictOf("I10", [...events, { ...ended, t: crash + 1 }])).toBe("violated");
});

test("[VF10] an answer that comes late is held against the command it answers, not against the one after it", () => {
  const ms = (t: number) => t * nsPerMs;
  const of = { topic: "orders", channel: "billing", uid: "m", msgid: "0000000200000000", node: "b" } as const;
  const requeue = { ...of, op: "requeue", proc: "c0" } as const;
  const deliver = { ...of, op: "deliver", kind: "ok", proc: "c0", hash: "h" } as const;
  const history = (nextMs: number): HistoryEvent[] => [
    { op: "publish", proc: "p", kind: "invoke", uid: "m", topic: "orders", node: "b", hash: "h", t: 0 },
    { ...deliver, attempt: 1, t: ms(10) },
    { ...requeue, kind: "invoke", delayMs: 700, t: ms(11) },
    { ...deliver, attempt: 2, t: ms(720) },
    { ...requeue, kind: "invoke", delayMs: 500, t: ms(721) },
    { ...requeue, kind: "ok", delayMs: 700, t: ms(730) },
    { ...requeue, kind: "ok", delayMs: 500, t: ms(731) },
    { ...deliver, attempt: 3, t: ms(nextMs) },
  ];

  expect(verdictOf("I8", history(1_225))).toBe("held");
  expect(verdictOf("I8", history(1_200))).toBe("violated");
});

test("[VF11] what a consumer saw late had timed out where its node wrote that down, after the whole timeout", () => {
  const ms = (t: number) => t * nsPerMs;
  const of = { topic: "orders", channel: "billing", uid: "m", msgid: "0000000200000000", node: "b" } as const;
  const deliver = { ...of, op: "deliver", kind: "ok", proc: "c0", hash: "h" } as const;
  const row = {
    topic: "orders",
    channel: "billing",
    msgid: of.msgid,
    node: "b",
    op: "audit",
    kind: "ok",
    proc: "a",
  } as const;
  const history = (timeoutMs: number): HistoryEvent[] => [
    { op: "run", proc: "h", kind: "ok", t: 0, promises: { msgTimeoutMs: 400, skewMs: 1 } },
    { op: "publish", proc: "p", kind: "invoke", uid: "m", topic: "orders", node: "b", hash: "h", t: 0 },
    { ...row, what: "deliver", t: ms(10) },
    { ...deliver, attempt: 1, t: ms(350) },
    { ...row, what: "timeout", t: ms(10 + timeoutMs) },
    { ...row, what: "deliver", t: ms(420) },
    { ...deliver, attempt: 2, t: ms(421) },
  ];

  expect(verdictOf("I3", history(405))).toBe("held");
  expect(verdictOf("I3", history(395))).toBe("violated");
  expect(
    verdictOf(
      "I3",
      history(405).filter(({ op }) => op !== "audit"),
    ),
  ).toBe("violated");
});

test("[VF5] a violation is shown by one message, with the seed, the options and the events of its nodes", () => {
  const lost = faults.find(({ what }) => what === "an acknowledged message never comes")!;
  const report = check(lost.plant(goodHistory(3), new Random(3))!);

  const { witness } = report.verdicts.find(({ id }) => id === "I1")!;
  const uids = new Set(witness!.timeline.flatMap((event) => ("uid" in event ? [event.uid] : [])));
  const words = inWords(report);

  expect(uids.size).toBe(1);
  expect(words).toContain("seed 7");
  expect(words).toContain('"leaseTtlMs":500');
  expect(words).toMatch(/I1 +VIOLATED/);
  expect(words).toMatch(/publish ok uid m\d+/);
});

test("[VF6] a history is the same after it was written and read", () => {
  const events = goodHistory(11);

  expect(decodeEvents(events.map(encodeEvent).join(""))).toEqual(events);
});

test.each([
  ["{", "line 1 is not JSON"],
  ['{"op":"dance"}', "line 1: "],
  ['{"op":"start","t":1,"proc":"h","kind":"ok"}', "line 1: node: "],
  ['{"op":"start","t":1,"proc":"h","kind":"ok","node":"a","more":1}', "line 1: "],
  ['{"op":"heal","t":-1,"proc":"h","kind":"ok"}', "line 1: t: "],
  ["x".repeat(lineBytesMax + 1), "line 1 is too long"],
])("[VF6] a line that is no event is refused by its number: %.40s", (line, message) => {
  expect(() => decodeEvents(`${line}\n`)).toThrow(message);
});

test("[VF6] the line that was being written when its writer died is left out", () => {
  const whole = encodeEvent({ op: "heal", t: 1, proc: "harness", kind: "ok" });

  expect(decodeEvents(whole + whole.slice(0, 9))).toHaveLength(1);
});
