import { expect, test } from "vitest";
import { type AuditKind, AuditRing, auditKinds } from "./audit-ring.ts";

const place = { topicName: "orders", channelName: "billing" };
const client = { number: 1, clientId: "a", hostname: "a", remoteAddress: "127.0.0.1:1" };

function note(ring: AuditRing, kind: AuditKind, seq: number, count = 1, atMs = 5): void {
  ring.record(kind, place, client, 9, seq, count, 1, 0, atMs);
}

test("[A1] what happens to consecutive messages in one instant is one record", () => {
  const ring = new AuditRing(16);

  for (let seq = 0; seq < 1_000; seq++) note(ring, auditKinds.finish, seq);
  note(ring, auditKinds.finish, 1_000, 5);

  expect(ring.waiting).toBe(1);
  expect([ring.seq[0], ring.count[0]]).toEqual([0, 1_005]);
});

test("[A1] another instant, kind, client, place, log, attempt or delay is another record, and so is a hole", () => {
  const ring = new AuditRing(16);
  const other = { ...client, number: 2 };

  note(ring, auditKinds.finish, 0);
  note(ring, auditKinds.finish, 2);
  note(ring, auditKinds.finish, 3, 1, 6);
  note(ring, auditKinds.requeue, 4, 1, 6);
  ring.record(auditKinds.requeue, place, other, 9, 5, 1, 1, 0, 6);
  ring.record(auditKinds.requeue, { ...place }, other, 9, 6, 1, 1, 0, 6);
  ring.record(auditKinds.requeue, place, other, 8, 7, 1, 1, 0, 6);
  ring.record(auditKinds.requeue, place, other, 8, 8, 1, 2, 0, 6);
  ring.record(auditKinds.requeue, place, other, 8, 9, 1, 2, 100, 6);

  expect(ring.waiting).toBe(9);
});

test("[A1] what was drained is not written to any more", () => {
  const ring = new AuditRing(16);
  note(ring, auditKinds.finish, 0);

  ring.drain(1);
  note(ring, auditKinds.finish, 1);

  expect(ring.waiting).toBe(1);
  expect([ring.seq[1], ring.count[1]]).toEqual([1, 1]);
  expect(ring.place[0]).toBeNull();
});

test("[A3] a ring that fills refuses publishes and deliveries first, and counts every message it refused", () => {
  const ring = new AuditRing(16);
  for (let seq = 0; seq < 24; seq += 2) note(ring, auditKinds.publish, seq);
  expect(ring.waiting).toBe(12);

  note(ring, auditKinds.publish, 100, 7);
  note(ring, auditKinds.deliver, 200, 3);
  for (let seq = 300; seq < 308; seq += 2) note(ring, auditKinds.finish, seq);
  expect(ring.waiting).toBe(16);
  note(ring, auditKinds.timeout, 400, 2);

  expect(ring.waiting).toBe(16);
  expect([...ring.refused]).toEqual([0, 7, 3, 0, 0, 2, 0, 0]);
});

test("[A3] half full is told once, and again after a drain", () => {
  const ring = new AuditRing(8);
  let told = 0;
  ring.onHalfFull = () => told++;

  for (let seq = 0; seq < 12; seq += 2) note(ring, auditKinds.finish, seq);
  expect(told).toBe(1);
  ring.drain(6);
  for (let seq = 20; seq < 32; seq += 2) note(ring, auditKinds.finish, seq);

  expect(told).toBe(2);
});
