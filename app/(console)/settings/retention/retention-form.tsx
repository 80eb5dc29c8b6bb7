"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import {
  apiPaths,
  type HistoryTable,
  historyLimits,
  historyTables,
  type RetentionSettings,
  type RetentionView,
} from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Section } from "../../../components/card.tsx";
import { Field, Input } from "../../../components/field.tsx";
import { post } from "../../../live/post.ts";
import { useWords } from "../../../words/index.ts";
import { useFailureWords } from "../../../words/use-failure.ts";

/** Every number of days, and how many series; nothing is sent that is out of bounds. */
export function RetentionForm({
  settings,
  onChanged,
}: {
  settings: RetentionSettings;
  onChanged: (view: RetentionView) => void;
}) {
  const t = useWords("retention");
  const failureWords = useFailureWords();
  const [days, setDays] = useState<Record<HistoryTable, string>>({
    "10s": String(settings.days["10s"]),
    "1m": String(settings.days["1m"]),
    "1h": String(settings.days["1h"]),
  });
  const [series, setSeries] = useState(String(settings.seriesMax));
  const [auditDays, setAuditDays] = useState(String(settings.auditDays));
  const allOk =
    historyTables.every((table) => fits(days[table], historyLimits.days[table])) &&
    fits(auditDays, historyLimits.auditDays) &&
    fits(series, historyLimits.seriesMax);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const [tens, minutes, hours] = historyTables.map((table) => Number(days[table]));
    const body: RetentionSettings = {
      days: { "10s": tens!, "1m": minutes!, "1h": hours! },
      seriesMax: Number(series),
      auditDays: Number(auditDays),
    };
    const answer = await post<RetentionView>(apiPaths.retention, body);
    if (!answer.ok) return void toast.error(failureWords(answer.failure));
    onChanged(answer.value);
    return void toast.success(t("saved"));
  };
  return (
    <Section title={t("change")} note={t("changeNote")}>
      <form onSubmit={(event) => void submit(event)} className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
        {historyTables.map((table) => (
          <Figure
            key={table}
            label={t(`daysOf.${table}`)}
            limits={historyLimits.days[table]}
            text={days[table]}
            onChange={(text) => setDays({ ...days, [table]: text })}
          />
        ))}
        <Figure
          label={t("auditDays")}
          limits={historyLimits.auditDays}
          text={auditDays}
          onChange={setAuditDays}
        />
        <Figure label={t("seriesMax")} limits={historyLimits.seriesMax} text={series} onChange={setSeries} />
        <div className="sm:col-span-2">
          <Button type="submit" kind="primary" disabled={!allOk}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}

type Limits = readonly [least: number, most: number];

function Figure({
  label,
  limits,
  text,
  onChange,
}: {
  label: string;
  limits: Limits;
  text: string;
  onChange: (text: string) => void;
}) {
  const t = useWords("retention");
  const [least, most] = limits;
  const between = t("between", { least, most });
  return (
    <Field label={label} hint={between} error={fits(text, limits) ? undefined : between}>
      {(ids) => (
        <Input {...ids} inputMode="numeric" value={text} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

function fits(text: string, [least, most]: Limits): boolean {
  return /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
}
