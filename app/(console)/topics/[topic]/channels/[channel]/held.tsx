"use client";

import {
  apiPaths,
  type DeferredView,
  type InFlightView,
  type MessageVerb,
  type PoisonRow,
  type PoisonView,
  readEveryMs,
} from "../../../../../../server/console/contract/index.ts";
import { Empty } from "../../../../../components/empty.tsx";
import { ReadNote } from "../../../../../components/read-note.tsx";
import { Skeleton } from "../../../../../components/skeleton.tsx";
import { DataTable } from "../../../../../components/table/data-table.tsx";
import { useSelection } from "../../../../../components/table/selection.ts";
import { useSort } from "../../../../../components/table/sort.ts";
import { RequeueButton } from "../../../../../jobs/requeue-button.tsx";
import { useRead } from "../../../../../live/use-read.ts";
import { useFormat, useWords } from "../../../../../words/index.ts";
import { ChosenBar } from "./chosen-bar.tsx";
import { useDeferredColumns, useInFlightColumns, usePoisonColumns } from "./message-columns.tsx";

interface Place {
  readonly topic: string;
  readonly channel: string;
}

/** Messages that consumers hold, those that time out first. */
export function InFlight({ topic, channel }: Place) {
  const t = useWords("channel");
  const read = useRead<InFlightView>(apiPaths.inFlight(topic, channel), readEveryMs);
  const columns = useInFlightColumns();
  const { sorting, setSorting } = useSort("timeout", "inflight");
  const selection = useSelection();
  const view = read.value;
  if (view === null && read.failure === null) return <Skeleton className="h-28" />;
  return (
    <>
      <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view?.nodes ?? []}>
        {view !== null && <Shown shown={view.rows.length} total={view.total} cut={view.cut} />}
        {view !== null && view.total > 0 && (
          <RequeueButton topic={topic} channel={channel} state="in-flight" />
        )}
      </ReadNote>
      {view !== null && (
        <ChosenBar
          topic={topic}
          channel={channel}
          rows={view.rows}
          verbsOf={inFlightVerbs}
          selection={selection}
          again={read.again}
        />
      )}
      {view !== null && view.rows.length === 0 && saidAll(view) && (
        <Empty title={t("inflight-none")}>{t("inflight-none-why")}</Empty>
      )}
      {view !== null && view.rows.length > 0 && (
        <DataTable
          label={t("tab.inflight")}
          rows={view.rows}
          columns={columns}
          sorting={sorting}
          onSort={setSorting}
          selection={selection}
        />
      )}
    </>
  );
}

/** Messages that wait until they are due, soonest first. */
export function Deferred({ topic, channel }: Place) {
  const t = useWords("channel");
  const f = useFormat();
  const read = useRead<DeferredView>(apiPaths.deferred(topic, channel), readEveryMs);
  const columns = useDeferredColumns();
  const { sorting, setSorting } = useSort("due", "deferred");
  const selection = useSelection();
  const view = read.value;
  if (view === null && read.failure === null) return <Skeleton className="h-28" />;
  return (
    <>
      <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view?.nodes ?? []}>
        {view !== null && <Shown shown={view.rows.length} total={view.total} cut={view.cut} />}
        {view !== null && view.inStore > 0 && (
          <span>{t("in-store", { count: view.inStore, shown: f.count(view.inStore) })}</span>
        )}
        {view !== null && view.total > 0 && (
          <RequeueButton topic={topic} channel={channel} state="deferred" />
        )}
      </ReadNote>
      {view !== null && (
        <ChosenBar
          topic={topic}
          channel={channel}
          rows={view.rows}
          verbsOf={deferredVerbs}
          selection={selection}
          again={read.again}
        />
      )}
      {view !== null && view.total === 0 && saidAll(view) && (
        <Empty title={t("deferred-none")}>{t("deferred-none-why")}</Empty>
      )}
      {view !== null && view.rows.length > 0 && (
        <DataTable
          label={t("tab.deferred")}
          rows={view.rows}
          columns={columns}
          sorting={sorting}
          onSort={setSorting}
          selection={selection}
        />
      )}
    </>
  );
}

/** Messages that come again and again, those tried most often first. */
export function Poison({ topic, channel }: Place) {
  const t = useWords("channel");
  const read = useRead<PoisonView>(apiPaths.poison(topic, channel), readEveryMs);
  const columns = usePoisonColumns();
  const { sorting, setSorting } = useSort("-attempts", "poison");
  const selection = useSelection();
  const view = read.value;
  if (view === null && read.failure === null) return <Skeleton className="h-28" />;
  return (
    <>
      <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view?.nodes ?? []}>
        {view !== null && view.total > 0 && <span>{t("poison-count", { count: view.total })}</span>}
        {view?.cut === true && <span>{t("poison-cut")}</span>}
      </ReadNote>
      {view !== null && (
        <ChosenBar
          topic={topic}
          channel={channel}
          rows={view.rows}
          verbsOf={poisonVerbs}
          selection={selection}
          again={read.again}
        />
      )}
      {view !== null && view.total === 0 && saidAll(view) && (
        <Empty title={t("poison-none")}>{t("poison-none-why")}</Empty>
      )}
      {view !== null && view.rows.length > 0 && (
        <DataTable
          label={t("tab.poison")}
          rows={view.rows}
          columns={columns}
          sorting={sorting}
          onSort={setSorting}
          selection={selection}
        />
      )}
    </>
  );
}

const inFlightVerbs = (): readonly MessageVerb[] => ["requeue", "finish"];
const deferredVerbs = (): readonly MessageVerb[] => ["deliver", "finish"];
/** One that waits goes out as soon as there is room. */
function poisonVerbs({ state }: PoisonRow): readonly MessageVerb[] {
  if (state === "waiting") return ["finish"];
  return state === "in-flight" ? inFlightVerbs() : deferredVerbs();
}

/** "None" is only said when somebody could have said otherwise. */
function saidAll({ nodes }: Pick<InFlightView, "nodes">): boolean {
  return nodes.some(({ state }) => state === "ok");
}

function Shown({ shown, total, cut }: { shown: number; total: number; cut: boolean }) {
  const t = useWords("channel");
  const f = useFormat();
  if (total === 0) return null;
  const values = { count: total, shown: f.count(shown), total: f.count(total) };
  return (
    <span>
      {shown < total ? t("shown-some", values) : t("shown-all", values)}
      {cut && ` ${t("cut")}`}
    </span>
  );
}
