import {
  type Action,
  type ActionTarget,
  decide,
  policyOfAction,
} from "../../server/console/contract/index.ts";
import { useLive } from "../live/provider.tsx";
import { useConnection } from "../live/use-now.ts";
import { useWords } from "../words/index.ts";

/**
 * Why nothing can be changed from this page now; null: it can.
 * @param what is to be done; without it, anything at all
 */
export function useWritesClosed(what?: ActionTarget | Action): string | null {
  const t = useWords("actions");
  const { session } = useLive();
  const connection = useConnection();
  if (connection.session === "over") return t("closed.session");
  if (connection.stale) return t("closed.stale");
  const target = typeof what === "object" ? what : undefined;
  const action = typeof what === "string" ? what : "pause";
  const verdict = decide(session, target === undefined ? action : policyOfAction(target.action), {
    topic: target?.topic,
    channel: target?.channel,
  });
  if (verdict.ok) return null;
  const { role, on } = verdict.needs;
  return role === null ? t("closed.right", { on }) : t("closed.role", { role, on });
}

/** Why messages of a channel cannot be answered in their consumers' place now; null: they can. */
export function useMessagesClosed(topic: string, channel: string): string | null {
  const t = useWords("actions");
  const { session } = useLive();
  const closed = useWritesClosed();
  const verdict = decide(session, "requeue", { topic, channel });
  if (closed !== null || verdict.ok) return closed;
  return t("closed.role", { role: verdict.needs.role ?? "operator", on: verdict.needs.on });
}
