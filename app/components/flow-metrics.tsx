import type { Flow } from "../../server/console/contract/index.ts";
import { count, rate } from "../live/format.ts";
import { Metric, Metrics } from "./metric.tsx";

interface Part {
  readonly flow: Flow;
  /** Some nodes are not in it: it is at least that. */
  readonly partial?: boolean;
}

/** What comes in; `label` in the words of the place. */
export function InMetric({ label, flow, partial = false }: Part & { label: string }) {
  const note = `${count(flow.messageCount)} in all`;
  return <Metric label={label} value={flow.inRate} as="rate" unit="/s" partial={partial} note={note} />;
}

/** What is handed out; `finished`: with what is finished of it instead of the count. */
export function OutMetric({
  label,
  flow,
  partial = false,
  finished = false,
}: Part & { label: string; finished?: boolean }) {
  const note = finished ? `${rate(flow.finishRate)} /s finished` : `${count(flow.deliverCount)} in all`;
  return <Metric label={label} value={flow.outRate} as="rate" unit="/s" partial={partial} note={note} />;
}

export function WaitingMetric({ flow, partial = false }: Part) {
  const note = `${count(flow.storedDepth)} in the store`;
  return <Metric label="Waiting" value={flow.depth} bad="up" partial={partial} note={note} />;
}

export function InFlightMetric({ flow, partial = false }: Part) {
  const note = `${count(flow.deferred)} deferred`;
  return <Metric label="In flight" value={flow.inFlight} partial={partial} note={note} />;
}

export function OldestMetric({ flow }: Part) {
  return <Metric label="Oldest" value={flow.oldestAgeMs} as="age" note="waits or is held" />;
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
  const part = { flow, partial };
  return (
    <Metrics label={label} stale={stale}>
      <InMetric label={inLabel} {...part} />
      <OutMetric label="Delivered" {...part} />
      <Metric
        label="Finished"
        value={flow.finishRate}
        as="rate"
        unit="/s"
        partial={partial}
        note={`${count(flow.finishCount)} in all`}
      />
      <WaitingMetric {...part} />
      <OldestMetric flow={flow} />
      <InFlightMetric {...part} />
      <Metric
        label="Requeued"
        value={flow.requeueCount}
        bad="up"
        partial={partial}
        note={`in all; ${rate(flow.requeueRate)} /s`}
      />
      <Metric
        label="Timed out"
        value={flow.timeoutCount}
        bad="up"
        partial={partial}
        note={`in all; ${rate(flow.timeoutRate)} /s`}
      />
    </Metrics>
  );
}
