"use client";

import { seesAllChannels, seesEverything } from "../../server/console/contract/index.ts";
import { cn } from "../components/classes.ts";
import { useLive } from "../live/provider.tsx";
import { useWords } from "../words/index.ts";
import { Sight } from "./sight.tsx";

/**
 * For people who do not see everything: what the figures beside it are of. `seen`: the topics and channels in their
 * sight; `channels`: of one topic, the channels in their sight; `nodes`: everything on the nodes. Nothing for those who
 * see all of that.
 */
export function SightNote({ of }: { of: "seen" | "channels" | "nodes" }) {
  const t = useWords("components");
  const { session } = useLive();
  if (of === "channels" ? seesAllChannels(session) : seesEverything(session)) return null;
  return (
    <p
      data-testid="sight"
      className={cn(
        "flex flex-wrap items-baseline gap-x-1.5 text-muted",
        of === "nodes" ? "mb-2 text-12" : "mb-4 text-13",
      )}
    >
      {t(`sight.${of}`)}
      {of === "seen" && <Sight topics={session.topics} channels={session.channels} />}
      {of === "channels" && (
        <span className="font-mono text-12 wrap-anywhere">{session.channels.join(" ")}</span>
      )}
    </p>
  );
}

/** Beside charts of what is stored, where that is wider than what their reader sees. */
export function StoredNote({ object }: { object: string }) {
  const t = useWords("components");
  const isWider = useStoredIsWider(object);
  return isWider && <span className="text-12 text-muted">{t("sight.stored")}</span>;
}

/** Whether what is stored of a thing is of more than what its reader sees of it. */
function useStoredIsWider(object: string): boolean {
  const { session } = useLive();
  if (object === "overview") return !seesEverything(session);
  return object.startsWith("topic:") && !seesAllChannels(session);
}
