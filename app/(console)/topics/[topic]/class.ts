import { useStatus } from "../../../live/use-room.ts";
import { useWords } from "../../../words/index.ts";

/** Why a topic cannot be made so now; null: it can. */
export function useClassClosed(action: "make-durable" | "make-memory"): string | null {
  const t = useWords("topic");
  const { nodes } = useStatus().data;
  if (nodes.every(({ clusterDifferences }) => clusterDifferences === null)) return t("class-no-database");
  const refusing = nodes.find(({ store }) => store?.durability?.state === "refused");
  if (action === "make-memory" || refusing === undefined) return null;
  const settings = refusing.store?.durability?.unsafeSettings.join(", ") ?? "";
  return t("class-refused", { settings });
}
