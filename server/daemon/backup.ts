/** `weir backup` and `weir restore`: of the Postgres that came with `weir up`. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { openPool, parseDatabaseUrl, type Sql } from "../../db/client.ts";
import { moveOnAfterRestore, selectClusters } from "../../db/queries/restored.ts";
import { StartError } from "../cli/config-file.ts";
import { BackupError, backUp, unpackBackup } from "../postgres/base-backup.ts";
import { startPostgres } from "../postgres/embedded.ts";

/** Returns a line for people. @throws StartError where the paths are to blame */
export async function runBackup(dataPath: string, file: string): Promise<string> {
  const bytes = await orStartError(() => backUp(join(resolve(dataPath), "postgres"), file));
  return `${file}: ${Math.ceil(bytes / 2 ** 20)} MB`;
}

/** Unpacks, starts once, and leaves a data path that `weir up` takes. Returns a line for people. */
export async function runRestore(file: string, dataPath: string): Promise<string> {
  const directory = resolve(dataPath);
  const nodes = existsSync(directory)
    ? readdirSync(directory).filter((name) => /^node(-\d+)?$/.test(name))
    : [];
  // A node's own files tell of logs as they are now, not as they were then.
  if (nodes.length > 0)
    throw new StartError(
      `${join(directory, nodes[0]!)} is there: restore into a new data path, or move it away`,
    );
  const dataDir = join(directory, "postgres");
  await orStartError(() => unpackBackup(file, dataDir));
  await using server = await startPostgres({ dataDir });
  const clusters = await withPool(server.url, "public", selectClusters);
  for (const cluster of clusters) await withPool(server.url, cluster, moveOnAfterRestore);
  return `restored into ${dataDir}; clusters: ${clusters.join(", ") || "none"}`;
}

async function withPool<T>(url: string, schema: string, act: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openPool(parseDatabaseUrl(url), { schema, name: "restore", max: 1 });
  try {
    return await act(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function orStartError<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof BackupError) throw new StartError(error.message);
    throw error;
  }
}
