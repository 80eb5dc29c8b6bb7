import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, accountFor, runAs } from "../postgres/account.ts";
import { eventually } from "./eventually.ts";

export interface Pooler extends AsyncDisposable {
  /** Of the pooler, as `DATABASE_URL` would have it. */
  readonly url: string;
  /** Every connection through it is lost. */
  restart(): Promise<void>;
}

/** Debian puts it where ordinary users do not look. */
const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/usr/local/sbin` };

export function hasPgbouncer(): boolean {
  return spawnSync("pgbouncer", ["--version"], { env }).status === 0;
}

/** pgbouncer in transaction mode before a server, on unix sockets both. */
export async function startPgbouncer(serverUrl: string, serverConnections: number): Promise<Pooler> {
  const server = new URL(serverUrl);
  const directory = mkdtempSync(join(tmpdir(), "weir-pgbouncer-"));
  const file = join(directory, "pgbouncer.ini");
  const database = server.pathname.slice(1);
  writeFileSync(
    file,
    `[databases]
${database} = host=${server.searchParams.get("host")} dbname=${database} user=${server.username}
[pgbouncer]
listen_port = 6432
unix_socket_dir = ${directory}
auth_type = any
pool_mode = transaction
default_pool_size = ${serverConnections}
`,
  );
  // It may not be root either, and has to be who may enter the server's socket.
  const account = accountFor(server.searchParams.get("host")!);
  chmodSync(directory, 0o711);
  if (account) chownSync(directory, account.uid, account.gid);
  let child = await launch(file, account);
  return {
    url: `postgres://${server.username}@localhost:6432/${database}?host=${directory}&pgbouncer=true`,
    async restart() {
      await killed(child);
      child = await launch(file, account);
    },
    async [Symbol.asyncDispose]() {
      await killed(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function launch(file: string, account: Account | null): Promise<ChildProcess> {
  const child = spawn("pgbouncer", [file], {
    ...runAs(account),
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4_000);
  });
  await eventually(() => {
    if (!said.includes("process up")) throw new Error(`pgbouncer is not up:\n${said}`);
  });
  return child;
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.once("close", () => done());
    child.kill("SIGKILL");
  });
}
