"use client";

import type { NodeRow } from "../../server/console/contract/index.ts";
import { useWords } from "../words/index.ts";
import { Status, type Tone } from "./status.tsx";

/** A node in one word: the worst thing that is true of it. The word is `components.node.<id>`. */
export function nodeState(node: NodeRow) {
  if (node.state === "silent") return as("crit", "silent");
  if (node.state === "connecting") return as("unknown", "connecting");
  if (node.pressure === "refuse") return as("crit", "refuses");
  if (node.health !== null && node.health !== "OK") return as("crit", "unhealthy");
  if (node.pressure === "hold") return as("warn", "holds");
  if (node.store?.state === "down") return as("warn", "storeAway");
  if (node.store?.state === "starting") return as("info", "storeStarting");
  return node.limits === null ? as("ok", "up") : as("ok", "figures");
}

function as<Id extends string>(tone: Tone, id: Id): { readonly tone: Tone; readonly id: Id } {
  return { tone, id };
}

export function NodeState({ node }: { node: NodeRow }) {
  const t = useWords("components");
  const { tone, id } = nodeState(node);
  const limits = node.limits === null ? undefined : t(`limits.${node.limits.rule}`);
  return (
    <span title={node.reason ?? limits ?? node.store?.reason ?? undefined}>
      <Status tone={tone}>{t(`node.${id}`)}</Status>
    </span>
  );
}
