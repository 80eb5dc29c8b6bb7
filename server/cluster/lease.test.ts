import { expect, test } from "vitest";
import { Lease } from "./lease.ts";

class HandClocks {
  monotonic = 1_000;
  wall = 1_700_000_000_000;
  nowMs = () => this.monotonic;
  wallMs = () => this.wall;

  /** Both clocks go on, the loop showing every `beatMs` that it runs. */
  pass(ms: number, lease: Lease, beatMs = 100): void {
    for (let passed = 0; passed < ms; passed += beatMs) {
      this.monotonic += beatMs;
      this.wall += beatMs;
      lease.beat();
    }
  }
}

const ttlMs = 3_000;

function heldLease(): { clocks: HandClocks; lease: Lease; may: () => boolean } {
  const clocks = new HandClocks();
  const lease = new Lease(ttlMs, clocks);
  lease.renewed(7, lease.moment);
  return { clocks, lease, may: () => lease.mayCommit(clocks.nowMs()) };
}

test("[LE1] a lease that was never given allows nothing", () => {
  const clocks = new HandClocks();
  const lease = new Lease(ttlMs, clocks);
  expect([lease.epoch, lease.mayCommit(clocks.nowMs())]).toEqual([null, false]);
});

test("[LE1] a node may commit until shortly before its lease can have ended for others, counted from the asking", () => {
  const { clocks, lease, may } = heldLease();
  clocks.pass(2_600, lease);
  expect(may()).toBe(true);
  clocks.pass(100, lease);
  expect(may()).toBe(false);

  const asked = lease.moment;
  clocks.pass(500, lease);
  lease.renewed(7, asked);
  clocks.pass(2_100, lease);
  expect(may()).toBe(true);
  clocks.pass(100, lease);
  expect(may()).toBe(false);
});

test.each([
  ["forwards", 1_001],
  ["backwards", -1_001],
])("[LE1] a wall clock that jumps %s ends it until it is renewed", (_, jumpMs) => {
  const { clocks, lease, may } = heldLease();
  clocks.wall += jumpMs / 2;
  expect(may()).toBe(true);
  clocks.wall += jumpMs;
  expect(may()).toBe(false);
  clocks.wall -= jumpMs * 1.5;
  expect(may(), "it is not good again by itself").toBe(false);

  lease.renewed(7, lease.moment);
  expect(may()).toBe(true);
});

test("[LE1] a loop that was held up for over a third of the TTL ends it, whoever asks first", () => {
  const { clocks, lease, may } = heldLease();
  clocks.pass(1_000, lease, 1_000);
  expect(may()).toBe(true);
  clocks.monotonic += 1_001;
  clocks.wall += 1_001;
  // A socket's data may be read before any timer runs.
  expect(may()).toBe(false);
  lease.beat();
  expect(may(), "a beat does not make it good").toBe(false);
  expect(lease.isSuspect).toBe(true);

  lease.renewed(7, lease.moment);
  expect(may()).toBe(true);
});

test("[LE1] a machine that was suspended while Postgres was asked does not take the answer for news", () => {
  const { clocks, lease, may } = heldLease();
  const asked = lease.moment;
  clocks.wall += 3_600_000;
  lease.renewed(7, asked);
  expect(may()).toBe(false);

  lease.renewed(7, lease.moment);
  expect(may()).toBe(true);
});

test("[LE1] a fenced write ends that epoch, and says so once", () => {
  const { lease, may } = heldLease();
  let lost = 0;
  lease.onLost = () => lost++;
  lease.fenced(6);
  expect(may()).toBe(true);
  lease.fenced(7);
  lease.fenced(7);

  expect([may(), lease.epoch, lost]).toEqual([false, null, 1]);
});
