/** What goes on without anybody who looks: samples, alerts, jobs, each done by one console of the cluster. */
import { Alerts } from "./alerts/alerts.ts";
import { alertMarks } from "./alerts/marks.ts";
import type { ActionLog } from "./api/action-log.ts";
import type { ImpactTags } from "./api/impact-tag.ts";
import type { Clock } from "./clock.ts";
import type { Collector } from "./collector/collector.ts";
import { History } from "./history/history.ts";
import { Jobs } from "./jobs/jobs.ts";
import { ConsoleLeases } from "./lease/console-lease.ts";
import type { ConsoleServerOptions } from "./options.ts";

export interface BackgroundOptions {
  readonly stores: ConsoleServerOptions["stores"];
  readonly webhookNetworks: ConsoleServerOptions["webhookNetworks"];
  readonly cluster: string;
  readonly collector: Collector;
  readonly log: ActionLog;
  readonly tags: ImpactTags;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

export interface Background {
  /** null, as the others: without a Postgres that has what it needs. */
  readonly history: History | null;
  readonly alerts: Alerts | null;
  readonly jobs: Jobs | null;
  close(): Promise<void>;
}

const nothing: Background = { history: null, alerts: null, jobs: null, close: async () => {} };

export function openBackground(options: BackgroundOptions): Background {
  const { stores, collector, log, tags, clock, warn, cluster } = options;
  if (!stores?.leases || !stores.background) return nothing;
  const database = stores.background;
  const leases = new ConsoleLeases({ store: stores.leases, clock, warn });
  const history = new History({
    ...{ collector, database, leases, clock },
    moreMarks: (object, range) => alertMarks(database, object, range),
  });
  const alerts = new Alerts({
    ...{ collector, database, leases, clock, warn, cluster },
    allowed: options.webhookNetworks,
    keptDays: () => history.settings.current.days["1h"],
  });
  const jobs = new Jobs({
    ...{ collector, database, leases, log, tags, clock, warn },
    ...{ people: stores.people ?? null, traces: stores.traces },
  });
  return {
    ...{ history, alerts, jobs },
    close: async () => {
      history.close();
      jobs.close();
      alerts.close();
      await leases.close();
    },
  };
}
