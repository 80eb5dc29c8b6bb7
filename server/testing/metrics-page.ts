/** The tables in docs/metrics.md: every metric of every role, from the tables that `/metrics` is made of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { consoleFamilies } from "../console/edge/metrics-route.ts";
import { nodeFamilies } from "../http/metrics-of-node.ts";
import { channelFamilies, topicFamilies } from "../http/metrics-of-topics.ts";
import { lookupFamilies } from "../lookup/lookupd-metrics.ts";
import type { Family } from "../metrics/exposition.ts";
import { processFamilies } from "../metrics/process-metrics.ts";
import { root } from "./rules.ts";

/** What stands above this line in docs/metrics.md is written by hand. */
const marker = "<!-- What follows is made by `npm run docs`. -->";

const sections: readonly (readonly [heading: string, families: readonly Family[]])[] = [
  ["A node", nodeFamilies],
  ["A topic on a node, by `topic`", topicFamilies],
  ["A channel on a node, by `topic` and `channel`", channelFamilies],
  ["A lookup", lookupFamilies],
  ["A console", consoleFamilies],
  ["Each of their processes", processFamilies],
];

/** The whole of docs/metrics.md, its written part as it is. */
export function metricsPage(): string {
  const written = readFileSync(join(root, "docs/metrics.md"), "utf8").split(marker)[0]!.trimEnd();
  return `${written}\n\n${marker}\n\n${sections.map(section).join("\n")}`;
}

function section([heading, families]: (typeof sections)[number]): string {
  const rows = families.map(({ name, type, help }) => `| \`${name}\` | ${type} | ${help} |`);
  return `## ${heading}\n\n| Metric | Type | Meaning |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}
