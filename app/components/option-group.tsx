"use client";

import type { ReactNode } from "react";
import type { OptionRow } from "../../server/console/contract/index.ts";
import { useWords } from "../words/index.ts";
import { Card } from "./card.tsx";
import { OptionValueText } from "./option-value.tsx";
import { Shape } from "./status.tsx";

/** Some of nodes' options, each with its value, or with who has which where they differ. */
export function OptionGroup({
  title,
  names,
  options,
  children,
}: {
  title: string;
  names: readonly string[];
  options: readonly OptionRow[];
  /** Before the options: other names with what is said of them. */
  children?: ReactNode;
}) {
  const t = useWords("topic");
  const shown = names.flatMap((name) => options.filter(({ key }) => key === name));
  return (
    <Card>
      <h3 className="border-b border-line px-4 py-2 text-13 font-medium">{title}</h3>
      <dl className="space-y-2 px-4 py-3">
        {children}
        {shown.length === 0 && <dd className="text-muted">{t("config.none")}</dd>}
        {shown.map((option) => (
          <div key={option.key}>
            <dt className="font-mono text-12 text-muted">--{option.key}</dt>
            {option.values.map(({ value, nodes }) => (
              <dd key={JSON.stringify(value)} className="wrap-anywhere">
                <OptionValueText option={option} value={value} />
                {option.values.length > 1 && (
                  <span className="ml-2 inline-flex items-baseline gap-1.5 text-12 text-muted">
                    <Shape tone="warn" /> {t("config.on", { nodes: nodes.join(", ") })}
                  </span>
                )}
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </Card>
  );
}
