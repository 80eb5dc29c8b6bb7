/**
 * How another client, the node's memory and its connections fare while somebody misbehaves.
 * `node bench/hostile.ts [--seconds N] [--only TITLE] [--markdown]`
 */
import { parseArgs } from "node:util";
import { attacks } from "../server/testing/hostile-attacks.ts";
import { Neighbour, trial } from "../server/testing/hostile-trial.ts";
import { startBroker } from "./brokers.ts";
import { circumstances, type Row, table, writeSection } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    only: { type: "string", default: "" },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(
    "node bench/hostile.ts [--seconds N, of each lap; default 10] [--only TEXT, in the attack's title] [--markdown]",
  );
  process.exit(0);
}

const rows: Row[] = [
  [
    "attack",
    "p99 ms quiet",
    "attack elsewhere",
    "attacked",
    "attacked / quiet",
    "attacked / elsewhere",
    "max ms",
    "RSS grew MB",
    "connections before, during, after",
  ],
];
for (const attack of attacks.filter(({ title }) => title.includes(options.only))) {
  await using node = await startBroker("weir", { flags: [] });
  await using other = await startBroker("weir", { flags: [] });
  using neighbour = await Neighbour.of(node, Number(options.seconds) * 1_000);
  const seen = await trial(node, other, attack, neighbour);
  rows.push([
    // In Markdown underlines would be emphasis.
    attack.title.replace(/__\w+__/, "`$&`"),
    seen.quiet.p99Ms.toFixed(2),
    seen.besides.p99Ms.toFixed(2),
    seen.attacked.p99Ms.toFixed(2),
    (seen.attacked.p99Ms / seen.quiet.p99Ms).toFixed(2),
    (seen.attacked.p99Ms / seen.besides.p99Ms).toFixed(2),
    seen.attacked.maxMs.toFixed(1),
    ((seen.rssMost - seen.rssBefore) / 2 ** 20).toFixed(1),
    `${seen.connectionsBefore}, ${seen.connectionsDuring}, ${seen.connectionsAfter}`,
  ]);
  console.error(rows.at(-1)!.join("  "));
}
const text = table(rows);
console.log(text);
if (options.markdown) {
  writeSection(
    "Hostile clients",
    `${circumstances(`node bench/hostile.ts --seconds ${options.seconds}`)}\n\n${text}`,
  );
}
process.exit(0);
