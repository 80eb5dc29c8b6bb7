import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPool, parseDatabaseUrl, type Sql } from "../../db/client.ts";
import { backUp, unpackBackup } from "../postgres/base-backup.ts";
import { type EmbeddedPostgres, startPostgres } from "../postgres/embedded.ts";
import { eventually } from "./eventually.ts";

/** A primary whose commits count when its standby has them too; fsync is on. */
export interface PostgresPair extends AsyncDisposable {
  /** Names both, the primary first. */
  readonly url: string;
  readonly primary: EmbeddedPostgres;
  /** Restartable: what is up of the standby is stopped, and comes back on its data. */
  stopStandby(): Promise<void>;
  startStandby(): Promise<void>;
  /** Makes the standby the primary. */
  promote(): Promise<void>;
}

/** Takes two to three seconds. Only in `x.pg.test.ts`. */
export async function synchronousPair(): Promise<PostgresPair> {
  await using cleanup = new AsyncDisposableStack();
  const root = mkdtempSync(join(tmpdir(), "weir-pair-"));
  // The servers' account has to get through.
  chmodSync(root, 0o711);
  cleanup.defer(() => rmSync(root, { recursive: true, force: true }));
  const primary = cleanup.use(
    await startPostgres({ dataDir: join(root, "a"), settings: { synchronous_standby_names: "*" } }),
  );
  await backUp(join(root, "a"), join(root, "backup.tar"));
  const standbyDir = join(root, "b");
  const data = await unpackBackup(join(root, "backup.tar"), standbyDir);
  writeFileSync(join(data, "standby.signal"), "");
  const socketDir = (url: string) => new URL(url).searchParams.get("host")!;
  const settings = { primary_conninfo: `host=${socketDir(primary.url)} user=weir application_name=second` };

  let standby: EmbeddedPostgres | null = null;
  const startStandby = async () => {
    standby = await startPostgres({ dataDir: standbyDir, settings });
    // Without it a commit would wait, or would not.
    await withAdmin(primary.url, async (sql) => {
      await eventually(
        async () =>
          expectSync(
            await sql`select from pg_stat_replication where sync_state = 'sync' and state = 'streaming'`,
          ),
        { withinMs: 20_000 },
      );
    });
  };
  const stopStandby = async () => {
    await standby?.stop();
    standby = null;
  };
  cleanup.defer(stopStandby);
  await startStandby();

  const url = new URL(primary.url);
  url.searchParams.set("host", `${socketDir(primary.url)},${socketDir(standby!.url)}`);
  const all = cleanup.move();
  return {
    ...{ url: url.href, primary, stopStandby, startStandby },
    promote: () => withAdmin(standby!.url, async (sql) => void (await sql`select pg_promote()`)),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function expectSync(rows: readonly unknown[]): void {
  if (rows.length === 0) throw new Error("no synchronous standby yet");
}

async function withAdmin(url: string, act: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = openPool(parseDatabaseUrl(url), { schema: "public", name: "admin", max: 1 });
  try {
    await act(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
