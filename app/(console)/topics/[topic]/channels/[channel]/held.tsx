"use client";

import {
  apiPaths,
  type DeferredRow,
  type DeferredView,
  type InFlightRow,
  type MessageVerb,
  type PoisonRow,
} from "../../../../../../server/console/contract/index.ts";
import { RequeueButton } from "../../../../../jobs/requeue-button.tsx";
import { useFormat, useWords } from "../../../../../words/index.ts";
import { HeldTable, type HeldView, type Place } from "./held-table.tsx";
import { useDeferredColumns, useInFlightColumns, usePoisonColumns } from "./message-columns.tsx";

/** Messages that consumers hold, those that time out first. */
export function InFlight(place: Place) {
  return (
    <HeldTable<InFlightRow>
      place={place}
      of="inflight"
      path={apiPaths.inFlight(place.topic, place.channel)}
      columns={useInFlightColumns()}
      sort="timeout"
      verbsOf={inFlightVerbs}
    >
      {(view) => (
        <>
          <Shown {...view} />
          <RequeueButton {...place} state="in-flight" />
        </>
      )}
    </HeldTable>
  );
}

/** Messages that wait until they are due, soonest first. */
export function Deferred(place: Place) {
  const t = useWords("channel");
  const f = useFormat();
  return (
    <HeldTable<DeferredRow, DeferredView>
      place={place}
      of="deferred"
      path={apiPaths.deferred(place.topic, place.channel)}
      columns={useDeferredColumns()}
      sort="due"
      verbsOf={deferredVerbs}
    >
      {(view) => (
        <>
          <Shown {...view} />
          {view.inStore > 0 && (
            <span>{t("in-store", { count: view.inStore, shown: f.count(view.inStore) })}</span>
          )}
          <RequeueButton {...place} state="deferred" />
        </>
      )}
    </HeldTable>
  );
}

/** Messages that come again and again, those tried most often first. */
export function Poison(place: Place) {
  const t = useWords("channel");
  return (
    <HeldTable<PoisonRow>
      place={place}
      of="poison"
      path={apiPaths.poison(place.topic, place.channel)}
      columns={usePoisonColumns()}
      sort="-attempts"
      verbsOf={verbsOfState}
    >
      {({ total, cut }) => (
        <>
          <span>{t("poison-count", { count: total })}</span>
          {cut && <span>{t("poison-cut")}</span>}
        </>
      )}
    </HeldTable>
  );
}

/** Nobody is left to use more time where the holder has gone. */
function inFlightVerbs({ client }: Pick<InFlightRow, "client">): readonly MessageVerb[] {
  return client === null ? ["requeue", "move", "finish"] : ["requeue", "touch", "move", "finish"];
}
const deferredVerbs = (): readonly MessageVerb[] => ["deliver", "move", "finish"];
/** Of a message that is owed by itself. One that waits goes out as soon as there is room. */
export function verbsOfState(row: Pick<PoisonRow, "state" | "client">): readonly MessageVerb[] {
  if (row.state === "waiting") return ["move", "finish"];
  return row.state === "in-flight" ? inFlightVerbs(row) : deferredVerbs();
}

function Shown({ rows, total, cut }: HeldView<object>) {
  const t = useWords("channel");
  const f = useFormat();
  const values = { count: total, shown: f.count(rows.length), total: f.count(total) };
  return (
    <span>
      {rows.length < total ? t("shown-some", values) : t("shown-all", values)}
      {cut && ` ${t("cut")}`}
    </span>
  );
}
