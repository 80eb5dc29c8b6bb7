"use client";

import { Download, RotateCw } from "lucide-react";
import Link from "next/link";
import {
  apiPaths,
  type BodiesLooked,
  decide,
  exportRowsMax,
} from "../../../server/console/contract/index.ts";
import { base } from "../../base.ts";
import { Button, buttonClass } from "../../components/button.tsx";
import { Empty } from "../../components/empty.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Shape } from "../../components/status.tsx";
import { ExportButton } from "../../jobs/export-button.tsx";
import { clock, day } from "../../live/format.ts";
import { traceClosed } from "../../live/limits.ts";
import { useLive } from "../../live/provider.tsx";
import { useAwake } from "../../live/use-awake.ts";
import { useStatus } from "../../live/use-room.ts";
import { paths } from "../../paths.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { useFailureWords } from "../../words/use-failure.ts";
import { type Asked, isFiltered, queryOf, useAsked, wrongIn } from "./asked.ts";
import { Filters } from "./filters.tsx";
import { Find } from "./find.tsx";
import { HeldMessages } from "./held-messages.tsx";
import { EventTable, MessageTable } from "./results.tsx";
import { type Events, type Found, rowsMax, useEvents } from "./use-events.ts";
import { type Newer, useNewer } from "./use-newer.ts";
import { Views } from "./views.tsx";

/** What happened to messages: found by what is known of it, newest first. */
export function Explorer({ names }: { names: readonly string[] }) {
  const t = useWords("messages");
  const limits = useWords("components");
  const change = useAsked();
  const { asked } = change;
  const closed = traceClosed(useStatus().data);
  const isAwake = useAwake();
  const query =
    isAwake && closed === null && asked.state === null && wrongIn(asked).size === 0 ? queryOf(asked) : null;
  const events = useEvents(query);
  // Nodes are not asked for the same bodies every few seconds.
  const newer = useNewer(asked.to === "now" && query?.body === undefined ? query : null, events);
  return (
    <>
      <PageHead title={t("title")} note={t("note")} actions={<Find disabled={closed !== null} />} />
      {asked.state !== null ? (
        <HeldMessages {...change} names={names} />
      ) : closed !== null ? (
        <>
          <p data-testid="limits" className="mb-4 flex items-center gap-1.5">
            <Shape tone="unknown" />
            {closed === "no-database" ? t("no-database") : limits(`limits.${closed}`)}
          </p>
          <Views {...change} />
        </>
      ) : (
        <>
          <Filters {...change} names={names} />
          <Bar change={change} events={events} newer={newer} />
          <Results asked={asked} clear={change.clear} events={events} />
        </>
      )}
    </>
  );
}

function Bar({
  change,
  events,
  newer,
}: {
  change: ReturnType<typeof useAsked>;
  events: Events;
  newer: Newer;
}) {
  const t = useWords("messages");
  const f = useFormat();
  const { asked } = change;
  const { session } = useLive();
  const { database } = useStatus().data;
  const { topic, channel } = asked;
  const verdict = decide(session, "export", {
    topic: topic || undefined,
    channel: channel || undefined,
  });
  const { body, ...wanted } = queryOf(asked);
  const query = new URLSearchParams(wanted as Record<string, string>);
  // A file is of the audit, and bodies are not in it.
  const isFile = verdict.ok && body === undefined;
  return (
    <div className="mb-2 flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
      <Views {...change} />
      <Summary events={events} />
      <span className="ml-auto flex flex-wrap items-center gap-1">
        {isFile &&
          (["csv", "ndjson"] as const).map((format) => (
            <a
              key={format}
              href={`${base}${apiPaths.eventsFile}?${query}&format=${format}`}
              download
              title={t("file-hint", { rows: f.exact(exportRowsMax) })}
              className={buttonClass({ kind: "quiet", size: "small" })}
            >
              <Download aria-hidden="true" />
              {t(`file.${format}`)}
            </a>
          ))}
        {isFile && database.state !== "none" && <ExportButton query={wanted} />}
        {newer.count > 0 && (
          <Button size="small" kind="primary" data-testid="newer" onClick={events.again}>
            {newer.isMore
              ? t("newer.more", { count: f.count(newer.count) })
              : t("newer.some", { count: newer.count })}
          </Button>
        )}
        <Button size="small" disabled={events.busy} onClick={events.again}>
          <RotateCw aria-hidden="true" />
          {t("again")}
        </Button>
      </span>
    </div>
  );
}

/** How far it was looked, and how much there is. */
function Summary({ events: { found, busy } }: { events: Events }) {
  const t = useWords("messages");
  const f = useFormat();
  const zone = useZone();
  if (found === null) return busy ? <span className="text-12 text-muted">{t("searching")}</span> : null;
  const { last, first, looked } = found;
  return (
    <span role="status" className="text-12 text-muted" data-testid="looked">
      {t("summary.shown", { count: found.events.length, shown: f.count(found.events.length) })}
      {last.next !== null &&
        ` · ${t("summary.back", { at: `${day(last.backToMs, zone)} ${clock(last.backToMs, zone)}` })}`}
      {looked > 0 && ` · ${t("summary.looked", { count: looked, looked: f.count(looked) })}`}
      {first.about !== null && ` · ${t("summary.about", { about: f.count(Math.max(first.about, looked)) })}`}
    </span>
  );
}

function Results({ asked, clear, events }: { asked: Asked; clear: () => void; events: Events }) {
  const t = useWords("messages");
  const wordsOf = useFailureWords();
  const { found, failure, busy } = events;
  if (found === null && failure === null) return <div aria-busy={busy} className="min-h-64" />;
  return (
    <div aria-busy={busy} className={busy ? "opacity-60" : undefined}>
      {failure !== null && (
        <p role="alert" data-testid="search-failed" className="mb-3 flex items-baseline gap-1.5">
          <Shape tone={failure.code === "timeout" ? "warn" : "crit"} className="translate-y-px" />
          <span>
            {failure.code === "timeout" ? t("timeout") : wordsOf(failure)}{" "}
            <span className="font-mono text-12 text-muted">
              {failure.code}
              {failure.requestId !== "" && ` · ${failure.requestId}`}
            </span>
          </span>
        </p>
      )}
      {found !== null && (
        <>
          {found.lost > 0 && <Lost found={found} />}
          {found.bodies !== null && <Bodies bodies={found.bodies} />}
          {found.events.length === 0 && found.last.next === null ? (
            <Nothing asked={asked} clear={clear} found={found} />
          ) : (
            found.events.length > 0 &&
            (asked.view === "events" ? (
              <EventTable events={found.events} />
            ) : (
              <MessageTable events={found.events} />
            ))
          )}
          <More events={events} found={found} />
        </>
      )}
    </div>
  );
}

function Lost({ found }: { found: Found }) {
  const t = useWords("messages");
  const f = useFormat();
  return (
    <p className="mb-2 flex items-center gap-1.5 text-13 text-warn">
      <Shape tone="warn" />
      {t("lost", { count: found.lost, lost: f.count(found.lost) })}
    </p>
  );
}

/** Into how many bodies was looked, and why not into the others. */
function Bodies({ bodies: { looked, gone, unlooked } }: { bodies: BodiesLooked }) {
  const t = useWords("messages");
  const f = useFormat();
  return (
    <p data-testid="bodies-looked" className="mb-2 flex items-baseline gap-1.5 text-13">
      <Shape tone={unlooked > 0 ? "warn" : "info"} className="translate-y-px" />
      <span>
        {t("bodies.looked", { count: looked, looked: f.count(looked) })}
        {gone > 0 && ` ${t("bodies.gone", { count: gone, gone: f.count(gone) })}`}
        {unlooked > 0 && ` ${t("bodies.unlooked", { count: unlooked, unlooked: f.count(unlooked) })}`}
      </span>
    </p>
  );
}

function Nothing({ asked, clear, found }: { asked: Asked; clear: () => void; found: Found }) {
  const t = useWords("messages");
  const zone = useZone();
  const { sinceMs, fromMs } = found.first;
  return (
    <Empty title={isFiltered(asked) ? t("empty.filtered") : t("empty.none")}>
      <p>
        {sinceMs === null
          ? t("empty.no-history")
          : fromMs < sinceMs
            ? t("empty.since", { at: day(sinceMs, zone) })
            : t("empty.range")}
      </p>
      <p className="mt-2 flex flex-wrap items-center gap-3">
        {isFiltered(asked) && (
          <Button size="small" onClick={clear}>
            {t("filters.clear")}
          </Button>
        )}
        <Link href={paths.tail(asked.topic || undefined)} className="text-accent underline">
          {t("empty.tail")}
        </Link>
        <Link href={paths.publish(asked.topic || undefined)} className="text-accent underline">
          {t("empty.publish")}
        </Link>
      </p>
    </Empty>
  );
}

function More({ events: { busy, more }, found }: { events: Events; found: Found }) {
  const t = useWords("messages");
  const f = useFormat();
  const { next, stopped } = found.last;
  if (next === null) return null;
  if (found.events.length >= rowsMax)
    return <p className="mt-3 text-muted">{t("more.full", { rows: f.count(rowsMax) })}</p>;
  return (
    <div className="mt-3 flex flex-wrap items-center gap-3">
      <Button disabled={busy} onClick={more}>
        {stopped === "time" ? t("more.go-on") : t("more.older")}
      </Button>
      {stopped === "time" && (
        <span data-testid="time-up" className="flex items-center gap-1.5 text-13">
          <Shape tone="warn" />
          {t("more.time")}
        </span>
      )}
    </div>
  );
}
