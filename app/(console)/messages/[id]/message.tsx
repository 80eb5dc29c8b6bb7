"use client";

import Link from "next/link";
import { useMemo } from "react";
import type { Trace } from "../../../../server/console/contract/index.ts";
import { CopyButton } from "../../../components/copy.tsx";
import { Empty } from "../../../components/empty.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { Shape } from "../../../components/status.tsx";
import { clock, day, plural, span } from "../../../live/format.ts";
import { type Life, lifeOf } from "../../../live/trace.ts";
import { useAwake } from "../../../live/use-awake.ts";
import { paths } from "../../../paths.ts";
import { Lane } from "./lane.tsx";
import { useTrace } from "./use-trace.ts";

export function Message({ rendered }: { rendered: Trace }) {
  const { trace, failure } = useTrace(rendered);
  const life = useMemo(() => lifeOf(trace), [trace]);
  return (
    <>
      <PageHead
        title={trace.id}
        name
        badges={<CopyButton text={trace.id} label="Copy id" />}
        note={<Where life={life} />}
      />
      {failure !== null && (
        <p role="status" className="mb-4 flex items-center gap-1.5">
          <Shape tone="warn" />
          {failure.message} What is below is what was known before.
        </p>
      )}
      {trace.events.length === 0 ? <Nothing trace={trace} /> : <Lanes life={life} />}
      <Trust trace={trace} />
    </>
  );
}

function Where({ life }: { life: Life }) {
  const zone = useAwake() ? "local" : "utc";
  if (life.topic === null) return null;
  return (
    <>
      in{" "}
      <Link href={paths.topic(life.topic)} className="font-mono text-accent underline">
        {life.topic}
      </Link>
      {life.publishedAtMs !== null &&
        `, published ${day(life.publishedAtMs, zone)} at ${clock(life.publishedAtMs, zone, true)}`}
    </>
  );
}

function Lanes({ life }: { life: Life }) {
  return (
    <div className="grid grid-cols-1 items-start gap-4 md:grid-cols-2 xl:grid-cols-3" data-testid="lanes">
      {life.beforeChannels.length > 0 && (
        <Lane
          title={life.topic ?? "Topic"}
          word={{ tone: "ok", text: "Published" }}
          events={life.beforeChannels}
          startMs={life.publishedAtMs}
        />
      )}
      {life.lanes.map((lane) => (
        <Lane
          key={lane.channel}
          title={lane.channel}
          word={{
            ...words[lane.state],
            text:
              lane.tookMs === null
                ? words[lane.state].text
                : `${words[lane.state].text} after ${span(lane.tookMs)}`,
          }}
          note={lane.deliveries > 0 ? plural(lane.deliveries, "delivery", "deliveries") : undefined}
          events={lane.events}
          startMs={life.publishedAtMs}
        />
      ))}
    </div>
  );
}

const words = {
  finished: { tone: "ok", text: "Finished" },
  "in-flight": { tone: "info", text: "In flight" },
  requeued: { tone: "warn", text: "Requeued" },
  "timed-out": { tone: "warn", text: "Timed out" },
  dropped: { tone: "crit", text: "Dropped" },
  unknown: { tone: "unknown", text: "Not known" },
} as const;

function Nothing({ trace }: { trace: Trace }) {
  const zone = useAwake() ? "local" : "utc";
  return (
    <Empty title="Nothing is known of this message">
      {trace.sinceMs === null
        ? "There is no history yet: it appears here as soon as something is written of it."
        : `History goes back to ${day(trace.sinceMs, zone)} ${clock(trace.sinceMs, zone)}. Either it is older than that, or nothing has happened to it, or there is no such message.`}
    </Empty>
  );
}

/** How far what is shown can be believed. */
function Trust({ trace }: { trace: Trace }) {
  return (
    <div className="mt-4 space-y-1 text-12 text-muted">
      <p>
        From the audit,{" "}
        {trace.lagMs === null
          ? "how far behind is not known"
          : trace.lagMs === 0
            ? "with nothing left to be written"
            : `at most ${span(trace.lagMs)} behind`}
        .{trace.cut && " There are more events than are shown."}
      </p>
      {trace.gaps !== null && trace.gaps > 0 && (
        <p className="flex items-center gap-1.5 text-warn">
          <Shape tone="warn" />
          {plural(trace.gaps, "event was", "events were")} lost to a bound: that something is not here does
          not prove that it did not happen.
        </p>
      )}
    </div>
  );
}
