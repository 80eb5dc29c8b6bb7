/**
 * `GET /metrics`: the console for Prometheus. Open to whoever reaches the console, since Prometheus cannot
 * sign in: so it has no name in it, of a topic, a node or a person.
 */
import type { FastifyInstance } from "fastify";
import {
  countedBy,
  type Family,
  type Figure,
  figuresOf,
  gauge,
  metric,
  metricsContentType,
} from "../../metrics/exposition.ts";
import { OwnProcess } from "../../metrics/process-figures.ts";
import { processMetrics } from "../../metrics/process-metrics.ts";
import type { Collector } from "../collector/collector.ts";

export interface MetricsSource {
  readonly collector: Collector;
  /** Browsers that are connected. */
  readonly sockets: () => number;
  readonly version: string;
}

const table: readonly Figure<MetricsSource>[] = [
  gauge("weir_console_topics", "Topics on all nodes, each once.", ({ collector }) => collector.topics.size),
  gauge("weir_console_browsers", "Browser windows that are connected.", ({ sockets }) => sockets()),
  gauge(
    "weir_console_database_up",
    "1 while Postgres answers, else 0; missing for a console without one.",
    ({ collector }) => {
      const { state } = collector.database();
      return state === "none" ? null : Number(state === "up");
    },
  ),
];

const states = ["up", "silent", "connecting"] as const;
const severities = ["warn", "crit"] as const;

const nodes = {
  name: "weir_console_nodes",
  type: "gauge",
  help: "Nodes by state: up, silent (nothing heard for 3 s) or connecting (not heard of yet).",
} as const;
const lookups = {
  name: "weir_console_lookups",
  type: "gauge",
  help: "Lookups by state, as nodes.",
} as const;
const problems = {
  name: "weir_console_problems",
  type: "gauge",
  help: "Problems that are shown now, by severity: warn or crit.",
} as const;

export const consoleFamilies: readonly Family[] = [...table, nodes, lookups, problems];

export function metricsRoute(source: MetricsSource) {
  const process = new OwnProcess();
  return async (app: FastifyInstance): Promise<void> => {
    app.get("/metrics", (_, reply) =>
      reply
        .headers({ "content-type": metricsContentType, "cache-control": "no-store" })
        .send([...pieces(source, process)].join("")),
    );
  };
}

function* pieces(source: MetricsSource, process: OwnProcess): Iterable<string> {
  const { collector, version } = source;
  yield* processMetrics({ role: "console", version }, process);
  yield* figuresOf(table, source);
  const { nodeRows, lookups: found } = collector;
  yield* metric(
    nodes,
    countedBy(
      "state",
      states,
      nodeRows.map(({ state }) => state),
    ),
  );
  if (found !== null)
    yield* metric(
      lookups,
      countedBy(
        "state",
        states,
        found.rows.map(({ state }) => state),
      ),
    );
  yield* metric(
    problems,
    countedBy(
      "severity",
      severities,
      collector.problems.active.map(({ severity }) => severity),
    ),
  );
}
