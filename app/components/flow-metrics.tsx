"use client";

import type { Flow } from "../../server/console/contract/index.ts";
import { useFormat, useWords } from "../words/index.ts";
import { Metric, Metrics } from "./metric.tsx";

interface Part {
  readonly flow: Flow;
  /** Some nodes are not in it: it is at least that. */
  readonly partial?: boolean;
}

/** What comes in; `label` in the words of the place. */
export function InMetric({ label, flow, partial = false }: Part & { label: string }) {
  const t = useWords("components");
  const { count } = useFormat();
  const note = t("flow.inAll", { count: count(flow.messageCount) });
  return (
    <Metric
      label={label}
      value={flow.inRate}
      as="rate"
      unit={t("flow.perSecond")}
      partial={partial}
      note={note}
    />
  );
}

/** What is handed out; `finished`: with what is finished of it instead of the count. */
export function OutMetric({
  label,
  flow,
  partial = false,
  finished = false,
}: Part & { label: string; finished?: boolean }) {
  const t = useWords("components");
  const { count, rate } = useFormat();
  const note = finished
    ? t("flow.finished", { rate: rate(flow.finishRate) })
    : t("flow.inAll", { count: count(flow.deliverCount) });
  return (
    <Metric
      label={label}
      value={flow.outRate}
      as="rate"
      unit={t("flow.perSecond")}
      partial={partial}
      note={note}
    />
  );
}

export function WaitingMetric({ flow, partial = false }: Part) {
  const t = useWords("components");
  const note = t("flow.stored", { count: useFormat().count(flow.storedDepth) });
  return <Metric label={t("flow.waiting")} value={flow.depth} bad="up" partial={partial} note={note} />;
}

export function InFlightMetric({ flow, partial = false }: Part) {
  const t = useWords("components");
  const note = t("flow.deferred", { count: useFormat().count(flow.deferred) });
  return <Metric label={t("flow.inFlight")} value={flow.inFlight} partial={partial} note={note} />;
}

export function OldestMetric({ flow }: Part) {
  const t = useWords("components");
  return <Metric label={t("flow.oldest")} value={flow.oldestAgeMs} as="age" note={t("flow.oldestNote")} />;
}

/** What moves through a topic or a channel, and what stands. */
export function FlowMetrics({
  label,
  flow,
  partial,
  stale,
  inLabel,
}: {
  label: string;
  flow: Flow;
  partial: boolean;
  stale: boolean;
  inLabel: string;
}) {
  const t = useWords("components");
  const { count, rate } = useFormat();
  const part = { flow, partial };
  return (
    <Metrics label={label} stale={stale}>
      <InMetric label={inLabel} {...part} />
      <OutMetric label={t("flow.delivered")} {...part} />
      <Metric
        label={t("flow.finish")}
        value={flow.finishRate}
        as="rate"
        unit={t("flow.perSecond")}
        partial={partial}
        note={t("flow.inAll", { count: count(flow.finishCount) })}
      />
      <WaitingMetric {...part} />
      <OldestMetric flow={flow} />
      <InFlightMetric {...part} />
      <Metric
        label={t("flow.requeued")}
        value={flow.requeueCount}
        bad="up"
        partial={partial}
        note={t("flow.inAllRate", { rate: rate(flow.requeueRate) })}
      />
      <Metric
        label={t("flow.timedOut")}
        value={flow.timeoutCount}
        bad="up"
        partial={partial}
        note={t("flow.inAllRate", { rate: rate(flow.timeoutRate) })}
      />
    </Metrics>
  );
}
