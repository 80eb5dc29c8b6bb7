/**
 * What is so now, since when, and for how long a rule wants it to be so. Decides by what it is given and by the time it
 * is given: every console comes to the same (AL1, AL2).
 */
import { randomUUID } from "node:crypto";
import { type Alert, type AlertMute, type AlertRule, alertLimits } from "../contract/index.ts";
import { findingsOf, type Sources } from "./findings.ts";

/** What has gone is over only after so long: a figure about its threshold is one alert, not twenty. */
export const overAfterMs = 15_000;

export interface Tracked extends Omit<Alert, "muted"> {
  readonly key: string;
  readonly object: string;
  /** Last seen to be so. */
  readonly seenMs: number;
}

export interface Change {
  readonly state: "firing" | "resolved";
  readonly alert: Tracked;
}

export class AlertEngine {
  #tracked = new Map<string, Tracked>();
  /** What fires beyond what is told. */
  more = 0;

  /** Looks again; what has begun and what is over since. */
  update(rules: readonly AlertRule[], sources: Sources, atMs: number): Change[] {
    const changes: Change[] = [];
    const next = new Map<string, Tracked>();
    this.more = 0;
    for (const rule of rules) {
      if (!rule.enabled) continue;
      for (const { object, topic, channel, node, value } of findingsOf(rule, sources)) {
        const key = keyOf(rule.id, object);
        const before = this.#tracked.get(key);
        if (value === null && before === undefined) continue;
        if (before === undefined && next.size >= alertLimits.firing) {
          this.more += 1;
          continue;
        }
        const found = before ?? {
          ...{ key, object, topic, channel, node, id: null, rule: rule.id, sinceMs: atMs },
          ...{ firedAtMs: null, resolvedAtMs: null },
        };
        const { name, condition, severity, threshold } = rule;
        let alert: Tracked = { ...found, name, condition, severity, threshold, value, seenMs: atMs };
        if (value === null) alert = { ...alert, value: before!.value };
        if (alert.firedAtMs === null && atMs - alert.sinceMs >= rule.forMs) {
          alert = { ...alert, id: randomUUID(), firedAtMs: atMs };
          changes.push({ state: "firing", alert });
        }
        next.set(key, alert);
      }
    }
    for (const [key, alert] of this.#tracked) {
      if (next.has(key)) continue;
      if (alert.firedAtMs === null) continue;
      // A rule that is gone, or switched off, has nothing more to say.
      const isOver =
        atMs - alert.seenMs >= overAfterMs || !rules.some(({ id, enabled }) => id === alert.rule && enabled);
      if (isOver) changes.push({ state: "resolved", alert: { ...alert, resolvedAtMs: atMs } });
      else next.set(key, alert);
    }
    this.#tracked = next;
    return changes;
  }

  /** As another console has left it. Returns what fires here that it does not know of. */
  adopt(open: readonly Tracked[]): readonly Tracked[] {
    const known = new Set(open.map(({ key }) => key));
    for (const alert of open) {
      const own = this.#tracked.get(alert.key);
      const { id, firedAtMs, sinceMs } = alert;
      this.#tracked.set(alert.key, own ? { ...own, id, firedAtMs, sinceMs } : alert);
    }
    return this.firing.filter(({ key }) => !known.has(key));
  }

  get firing(): readonly Tracked[] {
    return [...this.#tracked.values()].filter(({ firedAtMs }) => firedAtMs !== null);
  }

  /** Also what has not been so for long enough. */
  get all(): readonly Tracked[] {
    return [...this.#tracked.values()];
  }
}

export function keyOf(rule: string, object: string): string {
  return `${rule} ${object}`;
}

/** The mute that keeps an alert quiet; undefined: none does. */
export function muteOf(
  mutes: readonly AlertMute[],
  { rule, object }: Pick<Tracked, "rule" | "object">,
  atMs: number,
): AlertMute | undefined {
  return mutes.find(
    (mute) => mute.rule === rule && (mute.object === null || mute.object === object) && mute.untilMs > atMs,
  );
}
