/** The audit against what happened: as many messages of each kind, and none refused. */
import { type AuditKind, AuditRing, auditKinds } from "../audit-ring.ts";

type Counted = Exclude<keyof typeof auditKinds, "drop">;

export class AuditCount {
  readonly ring = new AuditRing(16_384);
  readonly #expected: Record<Counted, number> = {
    publish: 0,
    deliver: 0,
    finish: 0,
    requeue: 0,
    timeout: 0,
    touch: 0,
  };
  readonly #recorded = new Float64Array(8);

  expect(kind: Counted, messages: number): void {
    this.#expected[kind] += messages;
  }

  /** Drains the ring; throws when it does not tell what happened. */
  compare(): void {
    const { ring } = this;
    for (let index = ring.drained; index < ring.written; index++) {
      const i = index & (ring.capacity - 1);
      this.#recorded[ring.kind[i]!]! += ring.count[i]!;
    }
    ring.drain(ring.waiting);
    for (const [kind, expected] of Object.entries(this.#expected)) {
      const recorded = this.#recorded[auditKinds[kind as Counted] satisfies AuditKind];
      if (recorded !== expected) throw new Error(`the audit has ${recorded} of ${kind}, not ${expected}`);
    }
    if (ring.refused.some((count) => count > 0)) throw new Error("the audit refused something");
  }
}
