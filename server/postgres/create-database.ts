import { spawn } from "node:child_process";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runAs } from "./account.ts";
import type { Install } from "./install.ts";
import type { Place } from "./place.ts";

/** The database's superuser, whatever the system's user is called. */
export const user = "weir";

/** Nothing of our own environment, which may hold secrets, nor PGOPTIONS and the like of a person's shell. */
export function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" } as unknown as NodeJS.ProcessEnv;
}

/** initdb under another name first: one that was cut off is never taken for a database. */
export async function createDatabase(place: Place, install: Install): Promise<void> {
  const half = `${place.data}.new`;
  rmSync(half, { recursive: true, force: true });
  const auth = ["--auth-local=trust", "--auth-host=reject"];
  const args = ["-D", half, "-U", user, "--encoding=UTF8", "--locale=C", ...auth];
  const child = spawn(install.initdb, args, { ...runAs(place.account), cwd: place.root, env: environment() });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const failure = await new Promise<string | null>((resolve) => {
    child.once("error", (error) => resolve(explain(error)));
    child.once("close", (code) => resolve(code === 0 ? null : said));
  });
  if (failure !== null) throw new Error(`Postgres could not make its database in ${place.data}: ${failure}`);
  renameSync(half, place.data);
}

/** The binaries need glibc: on Alpine the loader they name is missing, which the kernel reports as a missing file. */
export function explain(error: Error): string {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") return error.message;
  return "the Postgres binaries need glibc, which this system lacks: set DATABASE_URL to a Postgres of yours";
}

export function checkVersion(place: Place): void {
  const version = readFileSync(join(place.data, "PG_VERSION"), "utf8").trim();
  if (version === "18") return;
  throw new Error(
    `${place.data} was made by Postgres ${version}, this is 18: dump it with the old one first`,
  );
}
