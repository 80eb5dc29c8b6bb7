"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import {
  apiPaths,
  decide,
  type HistorySettings,
  type HistoryTable,
  historyLimits,
  historyTables,
  otherRoom,
  type RetentionView,
} from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Card, Section } from "../../../components/card.tsx";
import { HistoryCharts } from "../../../components/chart/history-charts.tsx";
import { charts } from "../../../components/chart/lines.ts";
import { Field, Input } from "../../../components/field.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { day } from "../../../live/format.ts";
import { post } from "../../../live/post.ts";
import { useLive } from "../../../live/provider.tsx";
import { useZone } from "../../../preferences/provider.tsx";
import { useFormat, useWords } from "../../../words/index.ts";
import { useFailureWords } from "../../../words/use-failure.ts";

const others = [charts.flow, charts.depth];

/** How long what is kept, how much that is now, and how much it may come to. */
export function Retention({ rendered }: { rendered: RetentionView }) {
  const t = useWords("retention");
  const f = useFormat();
  const zone = useZone();
  const { session } = useLive();
  const [view, setView] = useState(rendered);
  const sizes = [
    ...view.tables.map(({ table, bytes, sinceMs, bytesMax }) => ({
      ...{ key: table as string, name: t(`table.${table}`), bytes, sinceMs },
      kept: t("days", { count: view.settings.days[table] }),
      most: f.bytes(bytesMax),
    })),
    {
      ...{ key: "audit", name: t("audit"), ...view.audit },
      kept: t("byNodes"),
      most: "—",
    },
  ];
  return (
    <>
      <PageHead title={t("title")} note={t("note")} />
      <div className="max-w-200 space-y-8">
        <Section
          title={t("kept")}
          note={t("series", {
            sampled: f.count(view.sampled),
            objects: f.count(view.objects),
            most: f.count(view.settings.seriesMax),
          })}
        >
          <Card className="overflow-x-auto">
            <table className="w-full text-13">
              <thead>
                <tr className="border-line border-b text-left text-muted">
                  {(["what", "keptFor", "since", "size", "most"] as const).map((head) => (
                    <th key={head} scope="col" className="px-4 py-2 font-normal">
                      {t(`head.${head}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {sizes.map(({ key, name, kept, sinceMs, bytes, most }) => (
                  <tr key={key} className="border-line not-last:border-b">
                    <th scope="row" className="px-4 py-2 text-left font-normal">
                      {name}
                    </th>
                    <td className="px-4 py-2">{kept}</td>
                    <td className="px-4 py-2">{sinceMs === null ? "—" : day(sinceMs, zone)}</td>
                    <td className="px-4 py-2">{f.bytes(bytes)}</td>
                    <td className="px-4 py-2">{most}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Card>
        </Section>
        {view.objects > view.settings.seriesMax && (
          <Section title={t("others")} note={t("others-note", { most: f.count(view.settings.seriesMax) })}>
            <HistoryCharts object={otherRoom} kinds={others} series={null} />
          </Section>
        )}
        {decide(session, "manage-retention", {}).ok && (
          <Change key={JSON.stringify(view.settings)} settings={view.settings} onChanged={setView} />
        )}
      </div>
    </>
  );
}

function Change({
  settings,
  onChanged,
}: {
  settings: HistorySettings;
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
  const fits = (text: string, [least, most]: readonly [number, number]) =>
    /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
  const between = ([least, most]: readonly [number, number]) => t("between", { least, most });
  const allOk =
    historyTables.every((table) => fits(days[table], historyLimits.days[table])) &&
    fits(series, historyLimits.seriesMax);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const [tens, minutes, hours] = historyTables.map((table) => Number(days[table]));
    const body: HistorySettings = {
      days: { "10s": tens!, "1m": minutes!, "1h": hours! },
      seriesMax: Number(series),
    };
    const answer = await post<RetentionView>(apiPaths.retention, body);
    if (!answer.ok) return void toast.error(failureWords(answer.failure));
    onChanged(answer.value);
    return void toast.success(t("saved"));
  };
  return (
    <Section title={t("change")} note={t("changeNote")}>
      <form onSubmit={(event) => void submit(event)} className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
        {historyTables.map((table) => {
          const limits = historyLimits.days[table];
          return (
            <Field
              key={table}
              label={t(`daysOf.${table}`)}
              hint={between(limits)}
              error={fits(days[table], limits) ? undefined : between(limits)}
            >
              {(ids) => (
                <Input
                  {...ids}
                  inputMode="numeric"
                  value={days[table]}
                  onChange={(event) => setDays({ ...days, [table]: event.target.value })}
                />
              )}
            </Field>
          );
        })}
        <Field
          label={t("seriesMax")}
          hint={between(historyLimits.seriesMax)}
          error={fits(series, historyLimits.seriesMax) ? undefined : between(historyLimits.seriesMax)}
        >
          {(ids) => (
            <Input
              {...ids}
              inputMode="numeric"
              value={series}
              onChange={(event) => setSeries(event.target.value)}
            />
          )}
        </Field>
        <div className="sm:col-span-2">
          <Button type="submit" kind="primary" disabled={!allOk}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
