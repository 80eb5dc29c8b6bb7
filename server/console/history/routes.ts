/** `/api/v1/history` and `/api/v1/retention`. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { isConnectionError } from "../../../db/client.ts";
import { auditDaysDefault, selectAuditDays, upsertAuditDays } from "../../../db/queries/audit-days.ts";
import { sampleSizes, sampleSteps } from "../../../db/queries/metrics.ts";
import { selectAuditDaySizes, selectStoredSizes } from "../../../db/queries/stored-sizes.ts";
import { type ActionLog, askedBy } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { parse } from "../api/requests.ts";
import {
  type Actor,
  apiBase,
  apiPaths,
  type HistoryMark,
  type HistoryObject,
  historyLimits,
  historyTables,
  historyWindows,
  isHistoryWindow,
  isName,
  otherRoom,
  type RetentionSettings,
  type RetentionView,
  sees,
  sparksMax,
} from "../contract/index.ts";
import type { History } from "./history.ts";
import { meanDayBytes } from "./mean-day.ts";
import { placeOf } from "./reading.ts";
import { historySettings } from "./settings.ts";

export interface HistoryRoutesOptions {
  /** null: started without Postgres. */
  readonly history: History | null;
  readonly log: ActionLog;
}

/** Of a row of samples with its entry in the index, measured. */
const rowBytes = 150;
const rangeMsMin = 10_000;
const rangeMsMax = 3 * 366 * 86_400_000;

const instant = z.coerce.number().int().min(0).max(8.64e15);
const historyQuery = z
  .strictObject({
    object: z.string().max(300).refine(isObject, "not a thing that has a history"),
    window: z.string().refine(isHistoryWindow, "not a window").optional(),
    from: instant.optional(),
    to: instant.optional(),
  })
  .refine(
    ({ window, from, to }) => (window === undefined) === (from !== undefined && to !== undefined),
    "either a window, or from and to",
  )
  .refine(
    ({ from = 0, to = rangeMsMin }) => to - from >= rangeMsMin && to - from <= rangeMsMax,
    "from ten seconds to three years",
  );

const retentionSettings: z.ZodType<RetentionSettings> = historySettings.extend({
  auditDays: z.number().int().min(historyLimits.auditDays[0]).max(historyLimits.auditDays[1]),
});

const sparksAsked = z.strictObject({
  topics: z.array(z.string().max(64).refine(isName, "not a topic's name")).max(sparksMax),
});

function isObject(text: string): text is HistoryObject {
  if (text === "overview" || text === otherRoom) return true;
  const [, kind, name = ""] = /^(topic|channel|node):(.+)$/s.exec(text) ?? [];
  if (kind === "node") return name.length <= 260;
  const names = name.split("/");
  return names.length === (kind === "channel" ? 2 : 1) && names.every(isName);
}

function asked(request: FastifyRequest): z.infer<typeof historyQuery> {
  return parse(historyQuery, request.query);
}

export function historyRoutes(app: FastifyInstance, options: HistoryRoutesOptions): void {
  const { log } = options;
  const present = (): History => {
    if (options.history) return options.history;
    throw new Failure("database-away", "There is no history: this console was started without Postgres.");
  };
  const ofObject = {
    config: {
      policy: {
        action: "read",
        object: (request: FastifyRequest) => placeOf(asked(request).object as HistoryObject),
      },
    },
  } as const;
  app.get(`${apiBase}/history`, ofObject, async (request) => {
    const { object, window, from, to } = asked(request);
    const { reader } = present();
    const read =
      window === undefined
        ? reader.read(object as HistoryObject, to! - from!, to!)
        : reader.read(object as HistoryObject, historyWindows[window as "1h"].spanMs, null);
    const view = await read.catch(away);
    const { actor } = request.visitor!;
    // Names in marks are for those who see them.
    return { ...view, marks: view.marks.filter((mark) => seesMark(actor, mark)) };
  });
  // Hundreds of names are too long for an address: it reads all the same.
  app.post(apiPaths.sparks, { config: { policy: { action: "read" } } }, (request) => {
    const { actor } = request.visitor!;
    const topics = [...new Set(parse(sparksAsked, request.body).topics)].filter((topic) =>
      sees(actor, topic),
    );
    // Beside a table that goes on without Postgres: nothing is known of them then, and that is no failure.
    return options.history?.sparks.of(topics).catch(noneWhileAway) ?? [];
  });
  app.get(apiPaths.retention, { config: { policy: { action: "read" } } }, () =>
    retentionView(present()).catch(away),
  );
  app.post(apiPaths.retention, { config: { policy: { action: "manage-retention" } } }, async (request) => {
    const history = present();
    const wanted = parse(retentionSettings, request.body);
    const before = await settingsOf(history).catch(away);
    const { auditDays, ...samples } = wanted;
    await history.settings.write(samples).catch(away);
    await history.database((sql) => upsertAuditDays(sql, auditDays)).catch(away);
    log.write({
      ...askedBy(request),
      action: "set-retention",
      object: {},
      before,
      after: wanted,
      result: "ok",
    });
    return retentionView(history).catch(away);
  });
}

function seesMark(actor: Actor, mark: HistoryMark): boolean {
  if (mark.kind === "action") return sees(actor, mark.topic ?? undefined, mark.channel ?? undefined);
  // A node's key has a colon in it, which no topic's name has.
  if (mark.kind !== "alert" || mark.object.includes(":")) return true;
  const [topic, channel] = mark.object.split("/");
  return sees(actor, topic, channel);
}

async function settingsOf({ database, settings }: History): Promise<RetentionSettings> {
  const [samples, auditDays] = await Promise.all([settings.read(), database(selectAuditDays)]);
  return { ...samples, auditDays: auditDays ?? auditDaysDefault };
}

async function retentionView(history: History): Promise<RetentionView> {
  const { database, sampler } = history;
  const [current, sizes, days, stored] = await Promise.all([
    settingsOf(history),
    database(sampleSizes),
    database(selectAuditDaySizes),
    database(selectStoredSizes),
  ]);
  const bytesPerDay = meanDayBytes(days, Date.now());
  const sampled = sampler.selection.rooms.size;
  return {
    settings: current,
    sampled,
    objects: sampler.selection.objects,
    tables: historyTables.map((table) => {
      const size = sizes.find((one) => one.table === table);
      const rows = (current.days[table] * 86_400) / sampleSteps[table].stepS;
      return {
        table,
        bytes: size?.bytes ?? 0,
        sinceMs: size?.sinceS === null || size === undefined ? null : size.sinceS * 1_000,
        bytesMax: rows * current.seriesMax * rowBytes,
      };
    }),
    audit: {
      bytes: days.reduce((sum, { bytes }) => sum + bytes, 0),
      sinceMs: days[0]?.fromMs ?? null,
      bytesMax: bytesPerDay && bytesPerDay * current.auditDays,
    },
    bodies: { bytes: stored.bodiesBytes },
    operators: { bytes: stored.operatorsBytes, sinceMs: stored.operatorsSinceMs },
    jobs: { bytes: stored.jobsBytes },
  };
}

function noneWhileAway(error: unknown): [] {
  throwMistake(error);
  return [];
}

function away(error: unknown): never {
  throwMistake(error);
  throw new Failure("database-away", "Postgres does not answer now: history has to wait until it does.");
}

/** A statement that Postgres refuses is our mistake, not its absence. */
function throwMistake(error: unknown): void {
  if (typeof (error as { code?: unknown }).code === "string" && !isConnectionError(error)) throw error;
}
