/** Measures this node against the other brokers that are at hand, in turns. `--help` says how. */
import { parseArgs } from "node:util";
import { atHand, type BrokerName, startBroker } from "./brokers.ts";
import type { LoadResult } from "./load/main.ts";
import { type WorkloadName, workloads } from "./load/workloads.ts";
import { load } from "./load.ts";
import { circumstances, type Row, spreadText, table, writeSection } from "./report.ts";

const help = `npm run bench -- [options]

Measures this node, and in turns with it the broker NSQD=/path/to/nsqd and the
one PROTOTYPE=/path/to/broker.cjs when they are given in the environment.

  --runs N           turns of each broker (default 5)
  --only NAME,…      workloads: ${Object.keys(workloads).join(", ")}
  --scale N          times each workload's number of messages (default 1)
  --markdown         writes the tables into bench/RESULTS.md too
  --help

Other measurements: node bench/audit.ts, node bench/overflow.ts, node bench/hostile.ts (each has --help).`;

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    only: { type: "string", default: Object.keys(workloads).join(",") },
    scale: { type: "string", default: "1" },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const names = (["weir", "prototype", "nsqd"] as const).filter(atHand);
const chosen = options.only.split(",").filter((name): name is WorkloadName => name in workloads);
const results = new Map<string, LoadResult[]>();
const of = (workload: WorkloadName, broker: BrokerName) => results.get(`${workload} ${broker}`) ?? [];

for (const workload of chosen) {
  const count = Math.ceil(workloads[workload].count * Number(options.scale));
  for (let run = 0; run < Number(options.runs); run++) {
    for (const name of names) {
      await using broker = await startBroker(name);
      const result = await load(broker, workload, count);
      results.set(`${workload} ${name}`, [...of(workload, name), result]);
      const rate = Math.round(result.messages / result.seconds).toLocaleString("en");
      console.error(
        `${workload} ${run + 1}: ${name} ${rate}/s, ${result.brokerMicros.toFixed(2)} µs a message`,
      );
    }
  }
}

const rate = ({ messages, seconds }: LoadResult) => messages / seconds;

function measurements(): Row[] {
  const head = [
    "workload",
    "broker",
    "messages/s",
    "broker µs/message",
    "load µs/message",
    "peak RSS MB",
    "p50 ms",
    "p99 ms",
  ];
  const rows = chosen.flatMap((workload) =>
    names.map((name): Row => {
      const runs = of(workload, name);
      const latency = (key: "p50Ms" | "p99Ms") =>
        runs.some((run) => run[key] === null)
          ? ""
          : spreadText(
              runs.map((run) => run[key] ?? 0),
              2,
            );
      return [
        workloads[workload].title,
        name,
        spreadText(runs.map(rate), 0),
        spreadText(
          runs.map((run) => run.brokerMicros),
          2,
        ),
        spreadText(
          runs.map((run) => run.loadMicros),
          2,
        ),
        spreadText(
          runs.map((run) => run.brokerPeakBytes / 2 ** 20),
          0,
        ),
        latency("p50Ms"),
        latency("p99Ms"),
      ];
    }),
  );
  return [head, ...rows];
}

/** Turn by turn, so that a slow moment of the machine meets both. */
function ratios(other: BrokerName): Row[] {
  const head = ["workload", `rate, weir ÷ ${other}`, "CPU a message", "p50", "p99"];
  const rows = chosen.map((workload): Row => {
    const pairs = of(workload, "weir").map((run, turn) => [run, of(workload, other)[turn]!] as const);
    const ratio = (figure: (result: LoadResult) => number | null) =>
      pairs.some(([, theirs]) => !figure(theirs))
        ? ""
        : spreadText(
            pairs.map(([ours, theirs]) => figure(ours)! / figure(theirs)!),
            2,
          );
    return [
      workloads[workload].title,
      workload === "latency" ? "" : ratio(rate),
      ratio((result) => result.brokerMicros),
      ratio((result) => result.p50Ms),
      ratio((result) => result.p99Ms),
    ];
  });
  return [head, ...rows];
}

const others = names.filter((name) => name !== "weir");
const text = [
  `Median (least to most) of ${options.runs} turns; 200-byte bodies; every broker and the load generator a process of its own, started fresh for each figure.`,
  table(measurements()),
  ...others.map((other) => table(ratios(other))),
].join("\n\n");
console.log(text);
if (options.markdown) {
  const command = [
    "npm run bench --",
    ...process.argv.slice(2).filter((argument) => argument !== "--markdown"),
  ].join(" ");
  writeSection("The hot path", `${circumstances(command)}\n\n${text}`);
}
