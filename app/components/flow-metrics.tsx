import type { Flow } from "../../server/console/contract/index.ts";
import { count, rate } from "../live/format.ts";
import { Metric, Metrics } from "./metric.tsx";

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
  return (
    <Metrics label={label} stale={stale}>
      <Metric
        label={inLabel}
        value={flow.inRate}
        as="rate"
        unit="/s"
        partial={partial}
        note={`${count(flow.messageCount)} in all`}
      />
      <Metric
        label="Delivered"
        value={flow.outRate}
        as="rate"
        unit="/s"
        partial={partial}
        note={`${count(flow.deliverCount)} in all`}
      />
      <Metric
        label="Finished"
        value={flow.finishRate}
        as="rate"
        unit="/s"
        partial={partial}
        note={`${count(flow.finishCount)} in all`}
      />
      <Metric
        label="Waiting"
        value={flow.depth}
        bad="up"
        partial={partial}
        note={`${count(flow.storedDepth)} in Postgres`}
      />
      <Metric label="Oldest" value={flow.oldestAgeMs} as="age" note="waits or is held" />
      <Metric
        label="In flight"
        value={flow.inFlight}
        partial={partial}
        note={`${count(flow.deferred)} deferred`}
      />
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
