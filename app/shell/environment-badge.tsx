"use client";

import { isProduction } from "../../server/console/contract/index.ts";
import { cn } from "../components/classes.ts";
import { useStatus } from "../live/use-room.ts";
import { useConsole } from "../read/console.tsx";
import { useWords } from "../words/index.ts";

/** Which system this is: its environment if somebody said one, red where nothing is tried out, and its cluster. */
export function EnvironmentBadge() {
  const t = useWords("shell");
  const { environment } = useConsole();
  const { cluster } = useStatus().data;
  const production = isProduction(environment);
  return (
    <span
      data-testid="environment"
      title={
        environment === ""
          ? t("cluster", { name: cluster })
          : t("environment", { name: environment, cluster })
      }
      className={cn(
        "h-6 max-w-44 shrink-0 items-center gap-1.5 rounded-control border px-2 font-mono text-12 max-sm:max-w-24",
        production ? "border-crit bg-crit font-medium text-bg" : "border-control/60 text-muted",
        environment === "" ? "hidden sm:inline-flex" : "inline-flex",
      )}
    >
      {environment !== "" && <span className="truncate">{environment}</span>}
      <span className={cn("truncate", environment !== "" && "max-md:hidden")}>{cluster}</span>
    </span>
  );
}
