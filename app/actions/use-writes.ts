import { useLive } from "../live/provider.tsx";
import { useConnection } from "../live/use-now.ts";

/** Why nothing can be changed from this page now; null: it can. */
export function useWritesClosed(): string | null {
  const { session } = useLive();
  const connection = useConnection();
  if (connection.session === "over") return "Your session is over: sign in again first.";
  if (connection.stale) return "What this page shows is old: wait until it is connected again.";
  if (session.role === "viewer") return "Needs the role operator.";
  return null;
}
