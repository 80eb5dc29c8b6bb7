/**
 * A cluster of three nodes and two lookups with its console on this machine, and traffic through it, until Ctrl-C.
 * Kill any of its processes: the others go on, and it comes back. What stands on the command line is for `weir up`.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Traffic } from "./traffic.ts";

interface Place {
  readonly tcp: string;
  readonly http: string;
}

interface Ready {
  readonly type: "ready";
  readonly nodes: readonly Place[];
  readonly lookups: readonly Place[];
}

const reportEveryMs = 5_000;
const given = process.argv.slice(2);
/** One topic that Postgres has before a publish is answered: another node takes over what one that stays away had. */
const durable = ["--durable-topics=payments"];
/** So that channels' pages have a chart of latencies. */
const nodeFlags = given.includes("--") ? [] : ["--", "--e2e-processing-latency-percentile=0.5,0.95,0.99"];
const weir = fileURLToPath(new URL("../../bin/weir.mjs", import.meta.url));

// A group of its own: Ctrl-C is for us, and what we started stops in order. It stops too when our channel closes.
const up = spawn(
  process.execPath,
  [
    weir,
    "up",
    "--nodes=3",
    "--lookups=2",
    "--data-path=.weir/demo-cluster",
    ...durable,
    ...given,
    ...nodeFlags,
  ],
  { detached: true, stdio: ["ignore", "inherit", "inherit", "ipc"] },
);
const ended = new Promise<number>((resolve) => up.once("exit", (code) => resolve(code ?? 1)));
const asked = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const)
    process.on(signal, () => resolve());
});
const ready = new Promise<Ready>((resolve) => up.once("message", (message) => resolve(message as Ready)));

const started = await Promise.race([ready, ended, asked]);
if (typeof started === "object") {
  await using traffic = new Traffic({
    nsqdTcpAddresses: started.nodes.map(({ tcp }) => tcp),
    lookupdHttpAddresses: started.lookups.map(({ http }) => http),
  });
  const reports = setInterval(() => process.stdout.write(`${traffic.report()}\n`), reportEveryMs);
  await Promise.race([ended, asked]);
  clearInterval(reports);
}
up.kill("SIGTERM");
process.exit(await ended);
