import type { OptionHolders, OptionRow, OptionsView } from "../../../../server/console/contract/index.ts";

/** An option as one node has it. */
export interface OwnOption extends OptionRow {
  readonly value: OptionHolders["value"];
  readonly isSet: boolean;
  /** Other values, and the nodes that have them. */
  readonly others: readonly OptionHolders[];
}

/** What has to differ between nodes. */
const own: ReadonlySet<string> = new Set([
  ...["node-id", "data-path", "tcp-address", "http-address", "https-address", "log-prefix"],
  ...["broadcast-address", "broadcast-tcp-port", "broadcast-http-port", "topology-zone", "topology-region"],
]);

export function isOwn(name: string): boolean {
  return own.has(name);
}

/** Empty when the node has not said. */
export function ownOptions(view: OptionsView, node: string): readonly OwnOption[] {
  return view.options.flatMap((option) => {
    const held = option.values.find(({ nodes }) => nodes.includes(node));
    if (held === undefined) return [];
    const isSet = option.isSecret
      ? held.value === true
      : JSON.stringify(held.value) !== JSON.stringify(option.default);
    return { ...option, value: held.value, isSet, others: option.values.filter((one) => one !== held) };
  });
}

/** What is set, as a file of options for another node; secrets and what is each node's own are left out. */
export function asFile(options: readonly OwnOption[]): string {
  const lines = options
    .filter((option) => option.isSet && !option.isSecret && !isOwn(option.key))
    .map(({ key, kind, value }) => {
      const shown = kind === "duration" && typeof value === "number" ? `${value}ms` : value;
      return `${key.replaceAll("-", "_")} = ${JSON.stringify(shown)}`;
    });
  return `${lines.join("\n")}\n`;
}
