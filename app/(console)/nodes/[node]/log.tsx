"use client";

import { apiPaths, type LogView } from "../../../../server/console/contract/index.ts";
import { Card } from "../../../components/card.tsx";
import { cn } from "../../../components/classes.ts";
import { Empty } from "../../../components/empty.tsx";
import { ReadNote } from "../../../components/read-note.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { Status, type Tone } from "../../../components/status.tsx";
import { clock, day } from "../../../live/format.ts";
import { useRead } from "../../../live/use-read.ts";
import { visible } from "../../../live/visible.ts";
import { useZone } from "../../../preferences/provider.tsx";
import { useWords } from "../../../words/index.ts";

const readEveryMs = 5_000;
const tones: Readonly<Record<LogView["lines"][number]["level"], Tone>> = {
  debug: "unknown",
  info: "info",
  warn: "warn",
  error: "crit",
  fatal: "crit",
};

/** What the node has written lately, the latest first. */
export function NodeLog({ name }: { name: string }) {
  const t = useWords("node");
  const zone = useZone();
  const read = useRead<LogView>(apiPaths.log(name), readEveryMs);
  const view = read.value;
  if (view === null && read.failure === null) return <Skeleton className="h-40" />;
  return (
    <>
      <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view === null ? [] : [view.read]}>
        <span>{t("log.note")}</span>
      </ReadNote>
      {view?.read.state === "ok" && view.lines.length === 0 && (
        <Empty title={t("log.none")}>{t("log.none-why")}</Empty>
      )}
      {view !== null && view.lines.length > 0 && (
        <Card>
          <ol aria-label={t("tab.log")} className="max-h-[60dvh] overflow-auto">
            {view.lines.map(({ atMs, level, text }, at) => (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: lines of one instant may be alike
                key={`${atMs} ${view.lines.length - at}`}
                className={cn(
                  "flex gap-3 border-line px-4 py-1.5 text-12 not-last:border-b",
                  (level === "info" || level === "debug") && "text-muted",
                )}
              >
                <time
                  dateTime={new Date(atMs).toISOString()}
                  title={day(atMs, zone)}
                  className="shrink-0 font-mono"
                >
                  {clock(atMs, zone, true)}
                </time>
                <Status tone={tones[level]} className="w-16 shrink-0 self-start">
                  {t(`log.${level}`)}
                </Status>
                <span className="min-w-0 font-mono wrap-anywhere">{visible(text)}</span>
              </li>
            ))}
          </ol>
        </Card>
      )}
    </>
  );
}
