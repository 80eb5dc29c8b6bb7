/** Samples of all consoles: taken by each, written by one, read by any. */

import type { TimeRange } from "../../../db/queries/marks.ts";
import type { Clock } from "../clock.ts";
import type { Collector } from "../collector/collector.ts";
import type { HistoryMark, HistoryObject } from "../contract/index.ts";
import type { ConsoleLeases } from "../lease/console-lease.ts";
import type { Database } from "./database.ts";
import { Keeper } from "./keeper.ts";
import { Reader } from "./reading.ts";
import { Sampler } from "./sampler.ts";
import { SettingsCopy } from "./settings.ts";
import { Sparks } from "./sparks.ts";

export interface HistoryOptions {
  readonly collector: Collector;
  readonly database: Database;
  readonly leases: ConsoleLeases;
  readonly clock: Clock;
  readonly moreMarks: (object: HistoryObject, range: TimeRange) => Promise<HistoryMark[]>;
}

export class History {
  readonly sampler: Sampler;
  readonly settings: SettingsCopy;
  readonly reader: Reader;
  readonly sparks: Sparks;
  readonly database: Database;

  constructor({ collector, database, leases, clock, moreMarks }: HistoryOptions) {
    this.database = database;
    this.settings = new SettingsCopy(database);
    const settings = () => this.settings.current;
    this.sampler = new Sampler(collector, () => settings().seriesMax);
    const parts = { collector, sampler: this.sampler, database, settings, clock };
    this.sparks = new Sparks(database, clock);
    this.reader = new Reader({ ...parts, moreMarks });
    const keeper = new Keeper(parts);
    leases.hold("samples", async (term) => {
      await this.settings.read();
      await keeper.keep(term);
    });
  }

  close(): void {
    this.settings.close();
  }
}
