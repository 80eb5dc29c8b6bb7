import { randomUUID } from "node:crypto";
import type { AlertRule } from "../contract/index.ts";

const minute = 60_000;
const everywhere = { topics: "*", channels: "*", enabled: true } as const;

/** What a cluster begins with, for its operators to change. */
export function firstRules(): AlertRule[] {
  const rules: Omit<AlertRule, "id" | "topics" | "channels" | "enabled">[] = [
    { name: "No consumers", condition: "no-consumers", threshold: 0, forMs: 5 * minute, severity: "warn" },
    { name: "Starved", condition: "starved", threshold: 0, forMs: 5 * minute, severity: "warn" },
    { name: "Large backlog", condition: "depth", threshold: 100_000, forMs: 10 * minute, severity: "warn" },
    {
      name: "Old messages",
      condition: "oldest",
      threshold: 60 * minute,
      forMs: 5 * minute,
      severity: "warn",
    },
    { name: "Timeouts", condition: "timeout-rate", threshold: 1, forMs: 5 * minute, severity: "warn" },
    { name: "Requeues", condition: "requeue-rate", threshold: 50, forMs: 10 * minute, severity: "warn" },
    {
      name: "Memory overflows",
      condition: "spill",
      threshold: 100_000,
      forMs: 10 * minute,
      severity: "warn",
    },
    {
      name: "Postgres slow",
      condition: "postgres-slow",
      threshold: 1_000,
      forMs: 2 * minute,
      severity: "warn",
    },
    { name: "Postgres away", condition: "postgres-away", threshold: null, forMs: minute, severity: "crit" },
    { name: "Node silent", condition: "node-silent", threshold: null, forMs: minute, severity: "crit" },
  ];
  return rules.map((rule) => ({ ...rule, ...everywhere, id: randomUUID() }));
}
