import type { TraceEventKind } from "../../server/console/contract/index.ts";
import { Status, type Tone } from "../components/status.tsx";
import { useWords } from "../words/index.ts";

export const kindTones: Record<TraceEventKind, Tone> = {
  publish: "ok",
  deliver: "info",
  finish: "ok",
  requeue: "warn",
  timeout: "warn",
  touch: "unknown",
  drop: "crit",
};

/** What happened, in a word and a shape. */
export function Kind({ kind, className }: { kind: TraceEventKind; className?: string }) {
  const t = useWords("messages");
  return (
    <Status tone={kindTones[kind]} {...(className && { className })}>
      {t(`kind.${kind}`)}
    </Status>
  );
}
