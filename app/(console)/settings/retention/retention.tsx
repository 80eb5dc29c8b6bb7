"use client";

import { useState } from "react";
import {
  decide,
  jobFileMs,
  jobKeptMs,
  otherRoom,
  type RetentionView,
  undoMs,
} from "../../../../server/console/contract/index.ts";
import { Section } from "../../../components/card.tsx";
import { HistoryCharts } from "../../../components/chart/history-charts.tsx";
import { charts } from "../../../components/chart/lines.ts";
import { PageHead } from "../../../components/page-head.tsx";
import { day } from "../../../live/format.ts";
import { useLive } from "../../../live/provider.tsx";
import { useZone } from "../../../preferences/provider.tsx";
import { useFormat, useWords } from "../../../words/index.ts";
import { RetentionForm } from "./retention-form.tsx";

const others = [charts.flow, charts.depth];

interface Kept {
  readonly key: string;
  readonly name: string;
  readonly kept: string;
  readonly sinceMs: number | null;
  readonly bytes: number;
  readonly most: string;
  /** An estimate by how much the last days brought. */
  readonly isByRate?: boolean;
}

/** How long what is kept, how much that is now, and how much it may come to. */
export function Retention({ rendered }: { rendered: RetentionView }) {
  const t = useWords("retention");
  const f = useFormat();
  const zone = useZone();
  const { session } = useLive();
  const [view, setView] = useState(rendered);
  const sizes: readonly Kept[] = [
    ...view.tables.map(({ table, bytes, sinceMs, bytesMax }) => ({
      ...{ key: table as string, name: t(`table.${table}`), bytes, sinceMs },
      kept: t("days", { count: view.settings.days[table] }),
      most: f.bytes(bytesMax),
    })),
    {
      ...{ key: "audit", name: t("audit"), ...view.audit },
      kept: t("days", { count: view.settings.auditDays }),
      most: view.audit.bytesMax === null ? "—" : f.bytes(view.audit.bytesMax),
      isByRate: view.audit.bytesMax !== null,
    },
    {
      ...{ key: "bodies", name: t("bodies"), ...view.bodies, sinceMs: null },
      ...{ kept: t("untilDone", { time: f.age(undoMs) }), most: "—" },
    },
    { ...{ key: "operators", name: t("operators"), ...view.operators }, kept: t("always"), most: "—" },
    {
      ...{ key: "jobs", name: t("jobs"), ...view.jobs, sinceMs: null },
      ...{ kept: t("jobsKept", { jobs: f.age(jobKeptMs), files: f.age(jobFileMs) }), most: "—" },
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
          <section
            aria-label={t("kept")}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take focus
            tabIndex={0}
            className="overflow-x-auto rounded-card border border-line"
          >
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
                {sizes.map(({ key, name, kept, sinceMs, bytes, most, isByRate = false }) => (
                  <tr key={key} className="border-line not-last:border-b">
                    <th scope="row" className="px-4 py-2 text-left font-normal">
                      {name}
                    </th>
                    <td className="px-4 py-2">{kept}</td>
                    <td className="px-4 py-2 whitespace-nowrap">
                      {sinceMs === null ? "—" : day(sinceMs, zone)}
                    </td>
                    <td className="px-4 py-2 whitespace-nowrap">{f.bytes(bytes)}</td>
                    <td className="px-4 py-2">
                      {most}
                      {isByRate && <span className="block text-12 text-muted">{t("atRate")}</span>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </Section>
        {view.objects > view.settings.seriesMax && (
          <Section title={t("others")} note={t("others-note", { most: f.count(view.settings.seriesMax) })}>
            <HistoryCharts object={otherRoom} kinds={others} series={null} />
          </Section>
        )}
        {decide(session, "manage-retention", {}).ok && (
          <RetentionForm key={JSON.stringify(view.settings)} settings={view.settings} onChanged={setView} />
        )}
      </div>
    </>
  );
}
