"use client";

import { useMemo } from "react";
import type { AdoptionRow, TraceEvent } from "../../../../server/console/contract/index.ts";
import { Card } from "../../../components/card.tsx";
import { Shape, Status, type Tone } from "../../../components/status.tsx";
import { clock } from "../../../live/format.ts";
import { type Step, stepsOf } from "../../../live/trace.ts";
import { useStatus } from "../../../live/use-room.ts";
import { visible } from "../../../live/visible.ts";
import { kindTones } from "../../../messages/kinds.tsx";
import { useZone } from "../../../preferences/provider.tsx";
import { useFormat, useWords } from "../../../words/index.ts";

/** What happened in one place, top to bottom. */
export function Lane({
  title,
  word,
  note,
  events,
  startMs,
  adoptions,
}: {
  title: string;
  word: { readonly tone: Tone; readonly text: string };
  note?: string | undefined;
  events: readonly TraceEvent[];
  startMs: number | null;
  adoptions: readonly AdoptionRow[];
}) {
  const t = useWords("messages");
  const steps = useMemo(() => stepsOf(events), [events]);
  return (
    <Card>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2.5">
        <h2 className="min-w-0 truncate font-mono text-13 font-medium" title={title}>
          {title}
        </h2>
        <span className="ml-auto text-12">
          <Status tone={word.tone}>{word.text}</Status>
        </span>
        {note !== undefined && <span className="text-12 text-muted">{note}</span>}
      </div>
      <ol aria-label={t("life.events-in", { place: title })} className="px-4 py-3">
        {steps.map((step, at) => (
          <Event
            // Events of a message carry nothing that tells two of a kind apart but their place.
            // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
            key={at}
            step={step}
            startMs={startMs}
            last={at === steps.length - 1}
            adoption={adoptionBefore(step, adoptions)}
          />
        ))}
      </ol>
    </Card>
  );
}

/** The last time that a node took over from the one before, before it did something itself. */
function adoptionBefore(
  { event, handedOverBy }: Step,
  adoptions: readonly AdoptionRow[],
): AdoptionRow | null {
  if (handedOverBy === null) return null;
  return adoptions.find(({ of, atMs }) => of === handedOverBy && atMs <= event.atMs) ?? null;
}

function Event({
  step: { event, heldMs, handedOverBy },
  startMs,
  last,
  adoption,
}: {
  step: Step;
  startMs: number | null;
  last: boolean;
  adoption: AdoptionRow | null;
}) {
  const t = useWords("messages");
  const f = useFormat();
  const zone = useZone();
  const { data } = useStatus();
  const nameOf = (id: string | null) =>
    data.nodes.find((node) => node.id !== null && node.id === id)?.key ?? id;
  const { kind, attempts, delayMs, atMs, client, epoch } = event;
  return (
    <>
      {handedOverBy !== null && (
        <li className="mb-3 rounded-control border border-line border-dashed px-3 py-1.5 text-12 text-muted">
          {t("life.handed-over", {
            from: adoption?.ofNode ?? nameOf(handedOverBy) ?? "",
            to: nameOf(event.node) ?? "",
          })}{" "}
          {adoption !== null &&
            adoption.state === "done" &&
            t("life.adopted", {
              took: f.span((adoption.takeMs ?? 0) + (adoption.loadMs ?? 0)),
              waited: f.span(adoption.waitedMs),
            })}
        </li>
      )}
      <li className="relative flex gap-3 pb-3 last:pb-0">
        {!last && (
          <span aria-hidden="true" className="absolute top-4 bottom-0 left-[4.5px] border-l border-line" />
        )}
        <Shape tone={kindTones[kind]} className="mt-1" />
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium">
              {t(`kind.${kind}`)}
              {kind === "deliver" && attempts !== null && ` #${attempts}`}
            </span>
            {delayMs !== null && delayMs > 0 && (
              <span className="text-12 text-muted">{t("life.due", { delay: f.span(delayMs) })}</span>
            )}
            {heldMs !== null && heldMs >= 0 && (
              <span className="text-12 text-muted">{t("life.held", { held: f.span(heldMs) })}</span>
            )}
            <time
              dateTime={new Date(atMs).toISOString()}
              title={clock(atMs, zone, true)}
              className="ml-auto text-12 text-muted"
            >
              {startMs === null || atMs === startMs ? clock(atMs, zone, true) : `+${f.span(atMs - startMs)}`}
            </time>
          </div>
          <p className="font-mono text-12 text-muted wrap-anywhere">
            {visible([client?.id, client?.address, nameOf(event.node)].filter(Boolean).join(" · "))}
            {epoch !== null && (
              <span title={t("column.epoch-hint")}> · {t("life.epoch", { epoch: String(epoch) })}</span>
            )}
          </p>
        </div>
      </li>
    </>
  );
}
