import { changesOf } from "./change.ts";
import type { Line } from "./use-lines.ts";

const shownMax = 3;

/** `paused: false → true`: the first few; the rest are in the line's own sheet. */
export function ChangeText({ line }: { line: Line }) {
  const changes = changesOf(line.before, line.after);
  return (
    <span className="flex flex-wrap gap-x-3 text-12">
      {changes.slice(0, shownMax).map(({ path, before, after }) => (
        <span key={path} className="max-w-72 truncate" title={`${path}: ${before ?? "—"} → ${after ?? "—"}`}>
          <span className="text-muted">{path}</span>{" "}
          <span className="font-mono">
            {before !== null && `${before} → `}
            {after ?? "—"}
          </span>
        </span>
      ))}
      {changes.length > shownMax && <span className="text-muted">+{changes.length - shownMax}</span>}
    </span>
  );
}
