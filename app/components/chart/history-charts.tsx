"use client";

import { useMemo } from "react";
import type {
  HistoryMark,
  HistoryObject,
  LastAction,
  Series,
} from "../../../server/console/contract/index.ts";
import { clock, day } from "../../live/format.ts";
import { useHistory } from "../../live/history.ts";
import { useNow } from "../../live/use-now.ts";
import { StoredNote } from "../../people/sight-note.tsx";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { cn } from "../classes.ts";
import { Chart, type Scene } from "./chart.tsx";
import type { ChartKind } from "./lines.ts";
import { MarkList } from "./mark-list.tsx";
import { bounds, type ChartRange } from "./range.ts";
import { useLiveMarks } from "./use-live-marks.ts";
import { useRange } from "./use-range.ts";
import { WindowBar } from "./window-bar.tsx";

const noSeries: Series = { stepMs: 10_000, metrics: [], points: [] };
const noMarks: readonly HistoryMark[] = [];

/**
 * Charts of one thing side by side, of the time that the address says: the last five minutes live out of `series`,
 * anything longer out of the samples. Of several groups on a page one has the `bar`; all follow it.
 */
export function HistoryCharts({
  object,
  kinds,
  series,
  across = 2,
  bar = true,
  lastAction = null,
}: {
  object: HistoryObject;
  kinds: readonly ChartKind[];
  /** null: it is not told live. */
  series: Series | null;
  /** On a wide screen. */
  across?: 1 | 2 | 3;
  /** Left out: the choice of the time stands elsewhere on the page. */
  bar?: boolean;
  /** What was last done to the topic or the channel. */
  lastAction?: LastAction | null;
}) {
  const { range, setSpan } = useRange();
  const isLive = series !== null && range.kind === "window" && range.window === "5m";
  const { view, failure } = useHistory(isLive ? null : object, range);
  const words = useRangeWords(range);
  const happened = useLiveMarks(object, isLive ? series : null, lastAction);
  const live = useMemo(
    (): Scene => ({
      series: series ?? noSeries,
      bounds: null,
      marks: happened ?? noMarks,
      ...words,
      onSpan: setSpan,
    }),
    [series, happened, words, setSpan],
  );
  const past = useMemo(
    (): Scene => ({
      series: view ?? noSeries,
      bounds: view && { fromMs: view.fromMs, toMs: view.toMs },
      marks: view?.marks ?? noMarks,
      ...words,
      onSpan: setSpan,
    }),
    [view, words, setSpan],
  );
  const scene = isLive ? live : past;
  return (
    <div className="space-y-2">
      {bar && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <WindowBar />
          {range.kind === "span" && <span className="text-12 text-muted">{words.when}</span>}
          {!isLive && <Note object={object} view={view} failure={failure} />}
          {!isLive && <StoredNote object={object} />}
        </div>
      )}
      <div
        aria-busy={!isLive && view === null && failure === null}
        className={cn(
          "grid gap-4",
          across === 2 && "lg:grid-cols-2",
          across === 3 && "md:grid-cols-2 xl:grid-cols-3",
          !isLive && failure !== null && "[&_canvas]:opacity-60",
        )}
      >
        {kinds.map((kind) => (
          <Chart key={kind.id} kind={kind} scene={scene} />
        ))}
      </div>
      {bar && (
        <MarkList
          marks={scene.marks}
          bounds={scene.bounds}
          cut={!isLive && view?.marksCut === true}
          live={happened !== null}
        />
      )}
    </div>
  );
}

/** Why there is less than one would think. */
function Note({ view, failure }: { object: HistoryObject } & ReturnType<typeof useHistory>) {
  const t = useWords("charts");
  const f = useFormat();
  const text = (() => {
    if (failure !== null) return failure.code === "database-away" ? t("note.away") : t("note.failed");
    if (view === null) return t("note.loading");
    if (!view.sampled && view.points.length === 0)
      return t("note.notSampled", { most: f.count(view.seriesMax) });
    if (view.points.length === 0) return t("note.nothing");
    const first = view.points[0]!.atMs;
    if (first - view.fromMs > view.stepMs * 3) return t("note.since", { age: f.age(view.toMs - first) });
    return null;
  })();
  if (text === null) return null;
  return (
    <span
      role={failure === null ? undefined : "status"}
      className={cn("text-12", failure === null ? "text-muted" : "text-warn")}
    >
      {text}
    </span>
  );
}

function useRangeWords(range: ChartRange): { readonly when: string; readonly during: string } {
  const t = useWords("charts");
  const zone = useZone();
  const nowMs = Math.floor(useNow() / 60_000) * 60_000;
  const ends = range.kind === "span" ? bounds(range, nowMs) : null;
  const [fromMs, toMs] = [ends?.fromMs ?? 0, ends?.toMs ?? 0];
  const window = range.kind === "window" ? range.window : null;
  return useMemo(() => {
    if (window !== null) return { when: t(`when.${window}`), during: t(`during.${window}`) };
    const [from, to] = [fromMs, toMs].map((at) => `${day(at, zone)} ${clock(at, zone).slice(0, 5)}`);
    return {
      when: t("when.span", { from: from!, to: to! }),
      during: t("during.span", { from: from!, to: to! }),
    };
  }, [t, window, fromMs, toMs, zone]);
}
