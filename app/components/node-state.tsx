import type { NodeRow } from "../../server/console/contract/index.ts";
import { Status, type Tone } from "./status.tsx";

/** A node in one word: the worst thing that is true of it. */
export function nodeWord(node: NodeRow): { readonly tone: Tone; readonly word: string } {
  if (node.state === "silent") return { tone: "crit", word: "Silent" };
  if (node.state === "connecting") return { tone: "unknown", word: "Connecting" };
  if (node.pressure === "refuse") return { tone: "crit", word: "Refuses publishes" };
  if (node.health !== null && node.health !== "OK") return { tone: "crit", word: "Unhealthy" };
  if (node.pressure === "hold") return { tone: "warn", word: "Holds producers back" };
  if (node.store?.state === "down") return { tone: "warn", word: "Up, store away" };
  if (node.store?.state === "starting") return { tone: "info", word: "Up, store starting" };
  if (node.limits !== null) return { tone: "ok", word: "Up, figures only" };
  return { tone: "ok", word: "Up" };
}

export function NodeState({ node }: { node: NodeRow }) {
  const { tone, word } = nodeWord(node);
  return (
    <span title={node.reason ?? node.limits?.message ?? node.store?.reason ?? undefined}>
      <Status tone={tone}>{word}</Status>
    </span>
  );
}
