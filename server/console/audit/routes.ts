/** `/api/v1/audit`: the operators' log, page by page and as a file, and the walk along its chain of hashes. */
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { csvHead, csvLine } from "../api/csv.ts";
import { Failure } from "../api/failure.ts";
import type { ActionStore, AuditFilter } from "../api/ports.ts";
import { parse } from "../api/requests.ts";
import { type Actor, type AuditPage, apiBase, auditPageMax, type OperatorAction } from "../contract/index.ts";
import type { RecentActions } from "./recent-actions.ts";
import { asShown, isShown } from "./sight.ts";

const text = z.string().min(1).max(260).optional();
const instant = z.coerce.number().int().min(0).max(8.64e15).optional();
const filter = {
  actor: text,
  action: text,
  topic: text,
  channel: text,
  node: text,
  result: text,
  fromMs: instant,
  toMs: instant,
};
const pageQuery = z.strictObject({
  ...filter,
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(auditPageMax).default(50),
});
const exportQuery = z.strictObject({ ...filter, format: z.enum(["csv", "ndjson"]).default("ndjson") });
const checkQuery = z.strictObject({ after: z.coerce.number().int().min(0).default(0) });

/** Rows that are read at a time, and how often for one page, when most are not for whoever asks. */
const readRows = 200;
const readsMax = 20;
const exportRowsMax = 100_000;
const checkedAtOnce = 5_000;

export interface AuditRoutesOptions {
  /** null: started without Postgres. */
  readonly store: ActionStore | null;
  readonly recent: RecentActions;
}

export function auditRoutes(app: FastifyInstance, { store, recent }: AuditRoutesOptions): void {
  const policy = { config: { policy: { action: "read-audit" } } } as const;

  app.get(`${apiBase}/audit`, policy, async ({ query, visitor }): Promise<AuditPage> => {
    const { before = null, limit, ...wanted } = parse(pageQuery, query);
    const { actor } = visitor!;
    if (!store) {
      const rows = recent.lines.filter((line) => isWanted(line, wanted) && isShown(line, actor));
      return { rows: rows.slice(0, limit).map((line) => asShown(line, actor)), cursor: null, kept: false };
    }
    return { ...(await readPage(store, wanted, actor, before, limit)), kept: true };
  });

  app.get(`${apiBase}/audit/export`, { config: { policy: { action: "export" } } }, (request, reply) => {
    const { format, ...wanted } = parse(exportQuery, request.query);
    const { actor } = request.visitor!;
    const lines = store
      ? allPages(store, wanted, actor)
      : [
          recent.lines
            .filter((line) => isWanted(line, wanted) && isShown(line, actor))
            .map((line) => asShown(line, actor)),
        ];
    return reply
      .headers({
        "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson",
        "content-disposition": `attachment; filename="weir-audit.${format}"`,
      })
      .send(Readable.from(written(lines, format)));
  });

  app.get(`${apiBase}/audit/check`, policy, async ({ query }) => {
    if (!store)
      throw new Failure(
        "database-away",
        "There is no log to check: this console was started without Postgres.",
      );
    return asked(() => store.verify(parse(checkQuery, query).after, checkedAtOnce));
  });
}

async function readPage(
  store: ActionStore,
  wanted: AuditFilter,
  actor: Actor,
  before: number | null,
  limit: number,
) {
  const rows: OperatorAction[] = [];
  let cursor = before;
  for (let reads = 0; reads < readsMax; reads++) {
    const found = await asked(() => store.list(wanted, cursor, readRows));
    for (const line of found) {
      cursor = line.seq;
      if (isShown(line, actor)) rows.push(asShown(line, actor));
      if (rows.length === limit)
        return { rows, cursor: line === found.at(-1) && found.length < readRows ? null : cursor };
    }
    if (found.length < readRows) return { rows, cursor: null };
  }
  return { rows, cursor };
}

async function* allPages(store: ActionStore, wanted: AuditFilter, actor: Actor) {
  let before: number | null = null;
  for (let count = 0; count < exportRowsMax; ) {
    const page: { rows: OperatorAction[]; cursor: number | null } = await readPage(
      store,
      wanted,
      actor,
      before,
      readRows,
    );
    yield page.rows;
    count += page.rows.length;
    before = page.cursor;
    if (before === null) return;
  }
}

const columns = [
  ...["seq", "atMs", "actorKind", "actor", "address", "session", "requestId", "action", "topic", "channel"],
  ...["node", "result", "reason", "object", "before", "after", "perNode"],
] as const;

async function* written(
  pages: AsyncIterable<readonly OperatorAction[]> | Iterable<readonly OperatorAction[]>,
  format: "csv" | "ndjson",
) {
  if (format === "csv") yield csvHead(columns);
  for await (const rows of pages) {
    for (const row of rows) {
      yield format === "ndjson"
        ? `${JSON.stringify(row)}\n`
        : csvLine(columns.map((name) => cellOf(row[name as keyof OperatorAction])));
    }
  }
}

function cellOf(value: unknown): string | number | null {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  return JSON.stringify(value);
}

function isWanted(line: OperatorAction, { fromMs, toMs, ...equal }: AuditFilter): boolean {
  if (fromMs !== undefined && line.atMs < fromMs) return false;
  if (toMs !== undefined && line.atMs >= toMs) return false;
  return Object.entries(equal).every(
    ([name, value]) => value === undefined || line[name as keyof OperatorAction] === value,
  );
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("database-away", "Postgres does not answer now: the log has to wait until it does.");
  }
}
