import type { HistoryMark } from "../../../server/console/contract/index.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { cn } from "../classes.ts";
import { type Scene, timeText } from "./chart.tsx";
import { markLooks } from "./marks.ts";

const colours = { accent: "text-accent", crit: "text-crit", warn: "text-warn", info: "text-info" } as const;
const shownMax = 50;

/** What the lines in the charts stand for, newest first. */
export function MarkList({
  marks,
  bounds,
  cut,
  live,
}: {
  marks: readonly HistoryMark[];
  bounds: Scene["bounds"];
  cut: boolean;
  /** More may come at any moment: its line is there before the first, so that nothing below it moves. */
  live: boolean;
}) {
  const t = useWords("charts");
  const say = useMarkWords();
  const zone = useZone();
  if (marks.length === 0)
    return live ? <p className="text-12 text-muted">{t("marks", { count: 0 })}</p> : null;
  const shown = marks.slice(-shownMax).reverse();
  return (
    <details className="text-12">
      <summary className="cursor-pointer text-muted hover:text-text">
        {t("marks", { count: marks.length })}
        {cut && ` ${t("marksCut")}`}
      </summary>
      <ul className="mt-1 max-h-44 space-y-0.5 overflow-auto">
        {shown.map((mark) => (
          <li key={`${mark.kind} ${mark.atMs} ${say(mark)}`} className="flex items-baseline gap-2">
            <svg
              viewBox="0 0 4 12"
              aria-hidden="true"
              className={cn("h-3 w-1 shrink-0 self-center", colours[markLooks[mark.kind].token])}
            >
              <path
                d="M2 0v12"
                stroke="currentColor"
                strokeWidth="2"
                strokeDasharray={markLooks[mark.kind].dash.join(" ")}
              />
            </svg>
            <span className="shrink-0 text-muted">{timeText(mark.atMs, bounds, zone)}</span>
            <span className="min-w-0 wrap-anywhere">{say(mark)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function useMarkWords(): (mark: HistoryMark) => string {
  const t = useWords("charts");
  const f = useFormat();
  return (mark) => {
    switch (mark.kind) {
      case "action": {
        const object = [mark.topic, mark.channel].filter(Boolean).join("/") || mark.node || "";
        const what = t.has(`action.${mark.action}` as "action.drain")
          ? t(`action.${mark.action}` as "action.drain")
          : mark.action;
        const said = t("mark.action", { actor: mark.actor, what, object });
        return mark.result === "ok" || mark.result === "done"
          ? said
          : t("mark.result", { said, result: mark.result });
      }
      case "adoption":
        return t("mark.adoption", { by: mark.by, of: mark.of, logs: mark.logs });
      case "restart":
        return t("mark.restart", { node: mark.node });
      case "consumers":
        return t(mark.after > mark.before ? "mark.joined" : "mark.left", {
          before: f.count(mark.before),
          after: f.count(mark.after),
        });
      case "alert":
        return t(`mark.${mark.state}`, { rule: mark.rule, object: mark.object });
    }
  };
}
