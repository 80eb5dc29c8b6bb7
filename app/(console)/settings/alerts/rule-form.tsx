"use client";

import { type FormEvent, useState } from "react";
import {
  type AlertCondition,
  type AlertRule,
  type AlertRuleInput,
  alertConditions,
  alertLimits,
  apiPaths,
  globPattern,
} from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Field, Input, Select } from "../../../components/field.tsx";
import { useFormat, useWords } from "../../../words/index.ts";
import type { Act } from "./use-alerts.ts";

const fresh: AlertRuleInput = {
  ...{ name: "", condition: "depth", threshold: 10_000, forMs: 300_000, severity: "warn" },
  ...{ topics: "*", channels: "*", enabled: true },
};
const minute = 60_000;
const spans = [
  0,
  minute / 2,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  60 * minute,
];
const conditions = Object.keys(alertConditions) as AlertCondition[];

/** A rule to change, or a new one. Thresholds of time are given in seconds. */
export function RuleForm({ rule, act, onClose }: { rule: AlertRule | null; act: Act; onClose: () => void }) {
  const t = useWords("alerts");
  const f = useFormat();
  const [input, setInput] = useState<AlertRuleInput>(rule ?? fresh);
  const { on, unit } = alertConditions[input.condition];
  const scale = unit === "ms" ? 1_000 : 1;
  const [threshold, setThreshold] = useState(String((input.threshold ?? 0) / scale));
  const set = (changes: Partial<AlertRuleInput>) => setInput({ ...input, ...changes });
  const number = Number(threshold);
  const numberOk = threshold.trim() !== "" && Number.isFinite(number) && number >= 0;
  const globOk = (glob: string) => globPattern.test(glob);
  const allOk =
    input.name.trim() !== "" &&
    (unit === "none" || numberOk) &&
    (on === "node" || (globOk(input.topics) && (on === "topic" || globOk(input.channels))));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!allOk) return;
    const { name, condition, forMs, severity, topics, channels, enabled } = input;
    const body: AlertRuleInput = {
      ...{ name: name.trim(), condition, forMs, severity, topics, channels, enabled },
      threshold: unit === "none" ? null : number * scale,
    };
    const path = rule === null ? apiPaths.alertRules : `${apiPaths.alertRules}/${rule.id}`;
    if ((await act(path, body)) !== null) onClose();
  };

  return (
    <form
      onSubmit={(event) => void submit(event)}
      aria-label={rule === null ? t("newRule") : t("changeOf", { name: rule.name })}
      className="mb-4 grid gap-x-4 gap-y-1 rounded-card border border-line bg-surface p-4 sm:grid-cols-2 lg:grid-cols-3"
    >
      <Field label={t("name")}>
        {(ids) => (
          <Input
            {...ids}
            value={input.name}
            maxLength={alertLimits.nameCharacters}
            onChange={(event) => set({ name: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("when")} hint={t(`explain.${input.condition}`)}>
        {(ids) => (
          <Select
            {...ids}
            value={input.condition}
            onChange={(event) => set({ condition: event.target.value as AlertCondition })}
          >
            {conditions.map((condition) => (
              <option key={condition} value={condition}>
                {t(`condition.${condition}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {unit !== "none" && (
        <Field label={t(`threshold.${unit}`)} error={numberOk ? undefined : t("notNumber")}>
          {(ids) => (
            <Input
              {...ids}
              inputMode="decimal"
              value={threshold}
              onChange={(event) => setThreshold(event.target.value)}
            />
          )}
        </Field>
      )}
      <Field label={t("forTime")}>
        {(ids) => (
          <Select
            {...ids}
            value={input.forMs}
            onChange={(event) => set({ forMs: Number(event.target.value) })}
          >
            {[...new Set([...spans, input.forMs])].map((ms) => (
              <option key={ms} value={ms}>
                {ms === 0 ? t("immediately") : f.age(ms)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t("severityLabel")}>
        {(ids) => (
          <Select
            {...ids}
            value={input.severity}
            onChange={(event) => set({ severity: event.target.value as "warn" })}
          >
            <option value="warn">{t("severity.warn")}</option>
            <option value="crit">{t("severity.crit")}</option>
          </Select>
        )}
      </Field>
      {on !== "node" && (
        <Field
          label={t("topics")}
          hint={t("globHint")}
          error={globOk(input.topics) ? undefined : t("notGlob")}
        >
          {(ids) => (
            <Input
              {...ids}
              className="font-mono"
              value={input.topics}
              maxLength={64}
              onChange={(event) => set({ topics: event.target.value })}
            />
          )}
        </Field>
      )}
      {on === "channel" && (
        <Field
          label={t("channels")}
          hint={t("globHint")}
          error={globOk(input.channels) ? undefined : t("notGlob")}
        >
          {(ids) => (
            <Input
              {...ids}
              className="font-mono"
              value={input.channels}
              maxLength={64}
              onChange={(event) => set({ channels: event.target.value })}
            />
          )}
        </Field>
      )}
      <div className="flex flex-wrap items-center gap-3 sm:col-span-2 lg:col-span-3">
        <label className="flex min-h-8 items-center gap-2 text-13">
          <input
            type="checkbox"
            checked={input.enabled}
            onChange={(event) => set({ enabled: event.target.checked })}
          />
          {t("enabled")}
        </label>
        <span className="ml-auto flex gap-2">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" disabled={!allOk}>
            {t("save")}
          </Button>
        </span>
      </div>
    </form>
  );
}
