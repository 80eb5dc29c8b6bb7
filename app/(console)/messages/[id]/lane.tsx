"use client";

import type { TraceEvent, TraceEventKind } from "../../../../server/console/contract/index.ts";
import { Card } from "../../../components/card.tsx";
import { Shape, Status, type Tone } from "../../../components/status.tsx";
import { clock, span } from "../../../live/format.ts";
import { useAwake } from "../../../live/use-awake.ts";
import { useStatus } from "../../../live/use-room.ts";
import { visible } from "../../../live/visible.ts";

const kinds: Record<TraceEventKind, { readonly tone: Tone; readonly text: string }> = {
  publish: { tone: "ok", text: "Published" },
  deliver: { tone: "info", text: "Delivered" },
  finish: { tone: "ok", text: "Finished" },
  requeue: { tone: "warn", text: "Requeued" },
  timeout: { tone: "warn", text: "Timed out" },
  touch: { tone: "unknown", text: "Touched" },
  drop: { tone: "crit", text: "Dropped" },
};

/** What happened in one place, top to bottom. */
export function Lane({
  title,
  word,
  note,
  events,
  startMs,
}: {
  title: string;
  word: { readonly tone: Tone; readonly text: string };
  note?: string | undefined;
  events: readonly TraceEvent[];
  startMs: number | null;
}) {
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
      <ol aria-label={`Events in ${title}`} className="px-4 py-3">
        {events.map((event, at) => (
          <Event
            // Events of a message carry nothing that tells two of a kind apart but their place.
            // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
            key={at}
            event={event}
            startMs={startMs}
            last={at === events.length - 1}
          />
        ))}
      </ol>
    </Card>
  );
}

function Event({ event, startMs, last }: { event: TraceEvent; startMs: number | null; last: boolean }) {
  const zone = useAwake() ? "local" : "utc";
  const { data } = useStatus();
  const { tone, text } = kinds[event.kind];
  const node = data.nodes.find(({ id }) => id !== null && id === event.node)?.key ?? event.node;
  return (
    <li className="relative flex gap-3 pb-3 last:pb-0">
      {!last && (
        <span aria-hidden="true" className="absolute top-4 bottom-0 left-[4.5px] border-l border-line" />
      )}
      <Shape tone={tone} className="mt-1" />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">
            {text}
            {event.kind === "deliver" && event.attempts !== null && ` #${event.attempts}`}
          </span>
          {event.delayMs !== null && event.delayMs > 0 && (
            <span className="text-12 text-muted">due {span(event.delayMs)} later</span>
          )}
          <time
            dateTime={new Date(event.atMs).toISOString()}
            title={clock(event.atMs, zone, true)}
            className="ml-auto text-12 text-muted"
          >
            {startMs === null || event.atMs === startMs
              ? clock(event.atMs, zone, true)
              : `+${span(event.atMs - startMs)}`}
          </time>
        </div>
        <p className="font-mono text-12 text-muted wrap-anywhere">
          {visible([event.client?.id, event.client?.address, node].filter(Boolean).join(" · "))}
        </p>
      </div>
    </li>
  );
}
