"use client";

import { seesAllChannels, seesEverything } from "../../server/console/contract/index.ts";
import { useLive } from "../live/provider.tsx";
import { useWords } from "../words/index.ts";
import { Sight } from "./sight.tsx";

/**
 * For people who do not see everything: what the figures beside it are of. `seen`: the topics and channels in their
 * sight; `nodes`, `stored`: everything there is. Nothing for those who see all.
 */
export function SightNote({ of }: { of: "seen" | "nodes" | "stored" }) {
  const t = useWords("components");
  const { session } = useLive();
  if (seesEverything(session)) return null;
  if (of !== "seen") return <p className="mb-2 text-12 text-muted">{t(`sight.${of}`)}</p>;
  return (
    <p data-testid="sight" className="mb-4 flex flex-wrap items-baseline gap-x-1.5 text-13 text-muted">
      {t("sight.seen")} <Sight topics={session.topics} channels={session.channels} />
    </p>
  );
}

/** Whether what is stored of a thing is of more than what its reader sees of it. */
export function useStoredIsWider(object: string): boolean {
  const { session } = useLive();
  if (object === "overview") return !seesEverything(session);
  return object.startsWith("topic:") && !seesAllChannels(session);
}
