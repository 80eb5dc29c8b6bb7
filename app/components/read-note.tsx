"use client";

import type { NodeRead } from "../../server/console/contract/index.ts";
import { useNow } from "../live/use-now.ts";
import type { Read } from "../live/use-read.ts";
import { useFormat, useWords } from "../words/index.ts";
import { useFailureWords } from "../words/use-failure.ts";
import { Button } from "./button.tsx";
import { Shape } from "./status.tsx";

/** Of when an answer is, who did not say anything and why, and how to ask again. */
export function ReadNote({
  read,
  atMs,
  nodes,
  children,
}: {
  read: Read<unknown>;
  atMs: number | null;
  nodes: readonly NodeRead[];
  /** What is here of what there is. */
  children?: React.ReactNode;
}) {
  const t = useWords("node");
  const f = useFormat();
  const nowMs = useNow();
  const say = useFailureWords();
  const silent = nodes.filter(({ state }) => state !== "ok");
  return (
    <div className="mb-3 space-y-1.5 text-13 text-muted">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        {children}
        {atMs !== null && (
          <span data-testid="as-of">{t("read.as-of", { age: f.age(Math.max(0, nowMs - atMs)) })}</span>
        )}
        <Button kind="quiet" size="small" onClick={read.again}>
          {t("read.again")}
        </Button>
      </p>
      {read.failure !== null && (
        <p role="status" className="flex items-baseline gap-1.5 text-text">
          <Shape tone="warn" className="translate-y-px" />
          <span>
            {t("read.failed", { message: say(read.failure) })}{" "}
            <span className="font-mono text-12 text-muted">{read.failure.code}</span>
          </span>
        </p>
      )}
      {silent.map((node) => (
        <p key={node.node} data-testid="node-cannot" className="flex items-baseline gap-1.5">
          <Shape tone={node.state === "unreachable" ? "warn" : "unknown"} className="translate-y-px" />
          <span className="min-w-0 wrap-anywhere">
            <span className="font-mono">{node.node}</span>:{" "}
            {node.state === "unreachable"
              ? t("read.unreachable", { reason: node.reason ?? "" })
              : t(`read.limit.${node.limit ?? "older"}`)}
          </span>
        </p>
      ))}
    </div>
  );
}
