/**
 * A backup of a whole server of ours while it runs, as one tar file: what `pg_basebackup` makes, which the bare
 * binaries lack. It is the state at the moment the backup ends; a server on the unpacked files is the same server then.
 */
import { spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join, resolve } from "node:path";
import { runAs } from "./account.ts";
import { environment } from "./create-database.ts";
import { startPostgres } from "./embedded.ts";
import { type Place, preparePlace } from "./place.ts";
import { replicate } from "./replication-connection.ts";

/** A checkpoint first, at once; the write-ahead log that the files need goes into the file too. */
const command = `BASE_BACKUP (LABEL 'weir', PROGRESS false, CHECKPOINT 'fast', WAL true, MANIFEST 'no')`;

/** There is nothing to back up, or no place to put it. */
export class BackupError extends Error {}

/**
 * Backs up the server that keeps its data in `dataDir`, running or not, to `file`. The file appears under its name when
 * it is whole and on disk. Returns its length in bytes.
 * @throws BackupError, or what the disk or the server says
 */
export async function backUp(dataDir: string, file: string): Promise<number> {
  const place = existsSync(dataDir) ? preparePlace(dataDir) : null;
  if (place === null || !existsSync(place.data)) throw new BackupError(`there is no Postgres in ${dataDir}`);
  if (existsSync(file)) throw new BackupError(`${file} is there already`);
  if (!existsSync(dirname(resolve(file)))) throw new BackupError(`there is no directory for ${file}`);

  await using started = (await answers(place.socketDir)) ? null : await startPostgres({ dataDir });
  void started;
  const half = `${file}.half`;
  const handle = await open(half, "w", 0o600);
  try {
    let bytes = 0;
    for await (const piece of archive(place.socketDir)) {
      await handle.writeFile(piece);
      bytes += piece.byteLength;
    }
    await handle.sync();
    renameSync(half, file);
    await syncDirectory(dirname(resolve(file)));
    return bytes;
  } finally {
    await handle.close();
    rmSync(half, { force: true });
  }
}

/**
 * Unpacks a backup, so that `startPostgres` finds it in `dataDir`. Returns the directory that Postgres will work in.
 * @throws BackupError where a server has data already, or the file is no whole backup
 */
export async function unpackBackup(file: string, dataDir: string): Promise<string> {
  if (!existsSync(file)) throw new BackupError(`there is no ${file}`);
  const place = preparePlace(dataDir);
  if (existsSync(place.data)) throw new BackupError(`there is a Postgres in ${dataDir} already`);
  const half = `${place.data}.new`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { mode: 0o700 });
  if (place.account) chownSync(half, place.account.uid, place.account.gid);
  const failure = await untar(file, half, place);
  const isBackup = existsSync(join(half, "backup_label"));
  if (failure !== null || !isBackup) {
    rmSync(half, { recursive: true, force: true });
    throw new BackupError(`${file} is no backup that Weir has made: ${failure ?? "it has no label"}`);
  }
  renameSync(half, place.data);
  return place.data;
}

/** Null, or why not. The file is opened by us, who may read it, and unpacked by the account that is to own what is in it. */
async function untar(file: string, directory: string, place: Place): Promise<string | null> {
  const input = await open(file, "r");
  const child = spawn("tar", ["-x", "-f", "-", "-C", directory], {
    ...runAs(place.account),
    cwd: place.root,
    env: environment(),
    stdio: [input.fd, "ignore", "pipe"],
  });
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-500);
  });
  try {
    return await new Promise<string | null>((done) => {
      child.once("error", (error) => done(error.message));
      child.once("close", (code) => done(code === 0 ? null : said.trim()));
    });
  } finally {
    await input.close();
  }
}

/** The tar file's bytes. The server tells with each piece whether it is data or the beginning of an archive. */
async function* archive(socketDir: string): AsyncGenerator<Buffer> {
  let archives = 0;
  let isEnded = false;
  for await (const { type, body } of replicate(socketDir, command)) {
    if (type === "c") isEnded = true;
    if (type !== "d") continue;
    const kind = String.fromCharCode(body[0]!);
    if (kind === "n" && ++archives > 1)
      throw new BackupError("a database with tablespaces is not backed up this way: use pg_basebackup");
    if (kind === "d") yield body.subarray(1);
  }
  if (!isEnded) throw new Error("Postgres ended the backup early");
}

function answers(socketDir: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ path: `${socketDir}/.s.PGSQL.5432` });
    socket.once("connect", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  await directory.sync();
  await directory.close();
}
