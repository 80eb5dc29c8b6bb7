/** How long what is kept, as operators have set it: the same in all consoles within half a minute. */
import { z } from "zod";
import { selectSetting, upsertSetting } from "../../../db/queries/settings.ts";
import { type HistorySettings, historyLimits, historySettingsDefault } from "../contract/index.ts";
import type { Database } from "./database.ts";

const name = "history";
const rereadMs = 30_000;

const between = ([least, most]: readonly [number, number]) => z.number().int().min(least).max(most);
export const historySettings = z.strictObject({
  days: z.strictObject({
    "10s": between(historyLimits.days["10s"]),
    "1m": between(historyLimits.days["1m"]),
    "1h": between(historyLimits.days["1h"]),
  }),
  seriesMax: between(historyLimits.seriesMax),
}) satisfies z.ZodType<HistorySettings>;

export class SettingsCopy {
  current = historySettingsDefault;
  readonly #database: Database;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(database: Database) {
    this.#database = database;
    this.#timer = setInterval(() => void this.read().catch(() => {}), rereadMs);
    this.#timer.unref();
  }

  /** Rejects when Postgres does not answer; the copy then stays as it is. */
  async read(): Promise<HistorySettings> {
    const value = await this.#database((sql) => selectSetting(sql, name));
    // What a later version wrote may be more than this one knows.
    const parsed = historySettings.safeParse(value);
    if (parsed.success) this.current = parsed.data;
    return this.current;
  }

  async write(settings: HistorySettings): Promise<void> {
    await this.#database((sql) => upsertSetting(sql, name, settings));
    this.current = settings;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
