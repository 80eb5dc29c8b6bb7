import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Account, accountFor, canRead } from "./account.ts";

/** Where one embedded Postgres keeps what it has, and who runs it. */
export interface Place {
  readonly account: Account | null;
  /** Holds the copies of the binaries, if any, and `data`. */
  readonly root: string;
  readonly data: string;
  readonly socketDir: string;
}

/** A socket's whole path has to fit `sun_path` of sockaddr_un, with its closing zero. */
const socketPathBytesMax = 107;
const socketName = "/.s.PGSQL.5432";

/** When `dataDir` lies where the account cannot go, such as under /root, its files live here, linked from there. */
const systemDir = "/var/lib/weir";

/** Makes the directories for `dataDir`, open to the account only. The same `dataDir` always gives the same place. */
export function preparePlace(dataDir: string): Place {
  const wanted = resolve(dataDir);
  const account = accountFor(wanted);
  mkdirSync(dirname(wanted), { recursive: true });
  mkdirSync(wanted, { recursive: true, mode: 0o700 });
  open(wanted, account);

  let root = realpathSync(wanted);
  if (account !== null && !canRead(account, root)) root = inSystemDir(root, account);
  const socketDir = socketDirOf(root);
  mkdirSync(socketDir, { recursive: true, mode: 0o700 });
  open(socketDir, account);
  return { account, root, data: join(root, "data"), socketDir };
}

/** Short, and the same at every start, so that whoever holds its address may connect again after a restart. */
function socketDirOf(root: string): string {
  const inside = join(root, "socket");
  if (Buffer.byteLength(inside + socketName) <= socketPathBytesMax) return inside;
  const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
  return join(tmpdir(), `weir-${name}`);
}

function open(path: string, account: Account | null): void {
  // In a shared /tmp somebody else may have taken our name: what is not ours is refused, never followed.
  const { uid } = lstatSync(path);
  const ours = [process.getuid?.(), account?.uid].includes(uid);
  if (!ours) throw new Error(`${path} belongs to another user (uid ${uid}), so Postgres cannot use it`);
  chmodSync(path, 0o700);
  if (account !== null) chownSync(path, account.uid, account.gid);
}

function inSystemDir(root: string, account: Account): string {
  const link = join(root, "moved");
  if (!existsSync(link)) {
    mkdirSync(systemDir, { recursive: true, mode: 0o711 });
    symlinkSync(mkdtempSync(join(systemDir, "postgres-")), link);
  }
  const real = realpathSync(link);
  open(real, account);
  return real;
}
