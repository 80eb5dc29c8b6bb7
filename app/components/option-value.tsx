"use client";

import type { OptionRow } from "../../server/console/contract/index.ts";
import { useFormat, useWords } from "../words/index.ts";

/** An option's value as people read it; as it stands on the command line in the title. */
export function OptionValueText({
  option,
  value,
}: {
  option: Pick<OptionRow, "key" | "kind" | "isSecret">;
  value: OptionRow["default"];
}) {
  const t = useWords("node");
  const f = useFormat();
  if (option.isSecret) return <span className="text-muted">{value === true ? t("set") : t("not-set")}</span>;
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0))
    return <span className="text-muted">{t("empty-value")}</span>;
  if (typeof value === "number") {
    const shown =
      option.kind === "duration" ? f.span(value) : isBytes(option.key) ? f.bytes(value) : f.exact(value);
    return (
      <span title={option.kind === "duration" ? `${value} ms` : String(value)} className="font-mono">
        {shown}
      </span>
    );
  }
  return (
    <span className="font-mono wrap-anywhere">{Array.isArray(value) ? value.join(", ") : String(value)}</span>
  );
}

function isBytes(name: string): boolean {
  return /-size$|-bytes$/.test(name) && name !== "mem-queue-size";
}
