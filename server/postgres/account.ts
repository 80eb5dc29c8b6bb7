import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";

/** Whom the server runs as when we are root, whom Postgres refuses. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** `postgres` is there where the system has a Postgres of its own, `nobody` everywhere. */
const names = ["postgres", "nobody"];

/**
 * The account to drop to, or null when we are an ordinary user and the server runs as we do.
 * Who owns `dataDir` already is kept: its files must go on being readable.
 */
export function accountFor(dataDir: string): Account | null {
  if (process.getuid?.() !== 0) return null;

  const accounts = readFileSync("/etc/passwd", "utf8").split("\n").flatMap(accountOf);
  const ownerUid = statSync(dataDir, { throwIfNoEntry: false })?.uid ?? 0;
  const account =
    (ownerUid !== 0 ? accounts.find(({ uid }) => uid === ownerUid) : undefined) ??
    names.map((name) => accounts.find((known) => known.name === name)).find((known) => known !== undefined);
  if (account === undefined) {
    throw new Error("Postgres does not run as root, and this system has no account named postgres or nobody");
  }
  return account;
}

function accountOf(line: string): Account[] {
  const [name, , uid, gid] = line.split(":");
  return name && uid && gid && uid !== "0" ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
}

/** The part of spawn's options that makes a child run as the account. */
export function runAs(account: Account | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

/** Whether the account can read and enter `path`: asked of the kernel, since a parent's mode or an ACL may say no. */
export function canRead(account: Account | null, path: string): boolean {
  const test = (flag: string) =>
    spawnSync("test", [flag, path], { ...runAs(account), cwd: "/", stdio: "ignore" }).status === 0;
  return test("-r") && test("-x");
}
