/** Alerts in charts. */
import { selectAlertMarks } from "../../../db/queries/alerts.ts";
import type { TimeRange } from "../../../db/queries/marks.ts";
import type { HistoryMark, HistoryObject } from "../contract/index.ts";
import type { Database } from "../history/database.ts";
import { placeOf } from "../history/reading.ts";
import { alertOfRow, objectOf } from "./rows.ts";

export async function alertMarks(
  database: Database,
  object: HistoryObject,
  range: TimeRange,
): Promise<HistoryMark[]> {
  const rows = await database((sql) => selectAlertMarks(sql, placeOf(object), range));
  return rows.map(alertOfRow).flatMap((alert) => {
    const mark = { kind: "alert", rule: alert.name, object: objectOf(alert) } as const;
    const began: HistoryMark = { ...mark, atMs: alert.firedAtMs!, state: "firing" };
    const endedMs = alert.resolvedAtMs;
    return endedMs === null || endedMs >= range.to.getTime()
      ? [began]
      : [began, { ...mark, atMs: endedMs, state: "resolved" as const }];
  });
}
