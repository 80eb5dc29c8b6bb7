/** Rules of alerts, what they found, and whom they tell. */
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { instant } from "./instant.ts";

export const alertRules = pgTable("alert_rules", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  condition: text("condition").notNull(),
  threshold: doublePrecision("threshold"),
  forMs: bigint("for_ms", { mode: "number" }).notNull(),
  severity: text("severity").notNull(),
  topics: text("topics").notNull(),
  channels: text("channels").notNull(),
  enabled: boolean("enabled").notNull(),
  madeAt: instant("made_at").notNull().defaultNow(),
});

export const alertMutes = pgTable(
  "alert_mutes",
  {
    ruleId: uuid("rule_id")
      .notNull()
      .references(() => alertRules.id, { onDelete: "cascade" }),
    /** Empty: whatever the rule finds. */
    object: text("object").notNull(),
    until: instant("until").notNull(),
    actor: text("actor").notNull(),
    reason: text("reason"),
  },
  (table) => [primaryKey({ columns: [table.ruleId, table.object] })],
);

/** With everything that is needed to read it after the rule is gone. */
export const alertEvents = pgTable(
  "alert_events",
  {
    id: uuid("id").primaryKey(),
    ruleId: uuid("rule_id").notNull(),
    name: text("name").notNull(),
    condition: text("condition").notNull(),
    severity: text("severity").notNull(),
    threshold: doublePrecision("threshold"),
    value: doublePrecision("value"),
    topic: text("topic"),
    channel: text("channel"),
    node: text("node"),
    since: instant("since").notNull(),
    firedAt: instant("fired_at").notNull(),
    resolvedAt: instant("resolved_at"),
    muted: boolean("muted").notNull(),
  },
  (table) => [index("alert_events_by_time").on(table.firedAt, table.id)],
);

export const alertWebhooks = pgTable("alert_webhooks", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  url: text("url").notNull(),
  secret: text("secret").notNull(),
  enabled: boolean("enabled").notNull(),
  madeAt: instant("made_at").notNull().defaultNow(),
  triedAt: instant("tried_at"),
  triedOk: boolean("tried_ok"),
  triedStatus: integer("tried_status"),
  triedError: text("tried_error"),
});

export const alertDeliveries = pgTable(
  "alert_deliveries",
  {
    id: uuid("id").primaryKey(),
    webhookId: uuid("webhook_id")
      .notNull()
      .references(() => alertWebhooks.id, { onDelete: "cascade" }),
    body: jsonb("body").notNull(),
    attempts: integer("attempts").notNull().default(0),
    nextAt: instant("next_at").notNull().defaultNow(),
    madeAt: instant("made_at").notNull().defaultNow(),
  },
  (table) => [index("alert_deliveries_due").on(table.nextAt)],
);
