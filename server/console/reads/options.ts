/** Options of nodes side by side: which of them differ, and from whom. */
import { z } from "zod";
import type { Subscription } from "../collector/subscription.ts";
import type { LogView, OptionHolders, OptionRow, OptionsView } from "../contract/index.ts";
import { askNodes, text } from "./ask-nodes.ts";

const optionsMax = 400;
const listMax = 256;
const linesMax = 200;

const value = z.union([
  z.string().max(4_096),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string().max(1_024), z.number()])).max(listMax),
  z.null(),
]);
const configAnswer = z.object({
  options: z
    .array(
      z.object({
        name: text,
        kind: text,
        value,
        default: value,
        isSecret: z.boolean(),
        isSet: z.boolean(),
      }),
    )
    .max(optionsMax),
});

const logAnswer = z.object({
  lines: z
    .array(
      z.object({
        atMs: z.number(),
        level: z.enum(["debug", "info", "warn", "error", "fatal"]),
        text,
      }),
    )
    .max(500),
});

export async function readOptions(nodes: readonly Subscription[], atMs: number): Promise<OptionsView> {
  const asked = await askNodes(nodes, {
    ...{ path: "/v1/config", query: {}, schema: configAnswer },
    total: ({ options }) => options.length,
  });
  const rows = new Map<string, { row: Omit<OptionRow, "values">; values: Map<string, Holding> }>();
  for (const { node, answer } of asked) {
    for (const { name, kind, isSecret, isSet, ...option } of answer?.options ?? []) {
      let found = rows.get(name);
      if (!found) {
        found = { row: { key: name, kind, default: option.default, isSecret }, values: new Map() };
        rows.set(name, found);
      }
      const held = isSecret ? isSet : option.value;
      const text = JSON.stringify(held);
      const holding = found.values.get(text) ?? { value: held, nodes: [] };
      holding.nodes.push(node.key);
      found.values.set(text, holding);
    }
  }
  return {
    atMs,
    nodes: asked.map(({ read }) => read),
    options: Array.from(rows.values(), ({ row, values }) => ({
      ...row,
      values: [...values.values()].sort((one, other) => other.nodes.length - one.nodes.length),
    })),
  };
}

type Holding = Omit<OptionHolders, "nodes"> & { readonly nodes: string[] };

export async function readLog(node: Subscription, atMs: number): Promise<LogView> {
  const [asked] = await askNodes([node], {
    ...{ path: "/v1/log", query: { limit: String(linesMax) }, schema: logAnswer },
    total: ({ lines }) => lines.length,
  });
  return { atMs, read: asked!.read, lines: asked!.answer?.lines ?? [] };
}
