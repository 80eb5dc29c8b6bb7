/** The brokers a run compares, each a process that is started fresh for every measurement. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Broker {
  readonly pid: number;
  readonly tcpPort: number;
  readonly httpPort: number;
  readonly dataPath: string;
  /** Ends the process; `SIGKILL` unless told otherwise. Keeps its data. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it and removes its data. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BrokerOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly dataPath?: string;
}

const root = resolve(import.meta.dirname, "..");
// All of a workload's messages stay in memory: what is compared is the brokers, not their disks.
const memoryFlags = ["--mem-queue-size=20000000"];
const listenWithinMs = 15_000;

export type BrokerName = "weir" | "prototype" | "nsqd";

/** Whether a broker can be measured here: Weir always, the others when the environment names them. */
export function atHand(name: BrokerName): boolean {
  return name === "weir" || process.env[name.toUpperCase()] !== undefined;
}

export async function startBroker(name: BrokerName, options: BrokerOptions = {}): Promise<Broker> {
  const dataPath = options.dataPath ?? mkdtempSync(join(tmpdir(), "weir-bench-"));
  const [tcpPort, httpPort] = [await freePort(), await freePort()];
  const [command, args] = commandLine(name, {
    tcpPort,
    httpPort,
    dataPath,
    flags: options.flags ?? memoryFlags,
  });
  const { DATABASE_URL: _, ...inherited } = process.env;
  const child = spawn(command, args, {
    cwd: dataPath,
    env: { ...inherited, ...options.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.add(child);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-8_192);
  });
  child.on("error", (error) => {
    log += error;
  });
  const exited = once(child, "close").then(() => children.delete(child));
  await listening(tcpPort, child, () => log);
  const stop = async (signal: NodeJS.Signals = "SIGKILL") => {
    child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid!,
    tcpPort,
    httpPort,
    dataPath,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(dataPath, { recursive: true, force: true });
    },
  };
}

interface Where {
  readonly tcpPort: number;
  readonly httpPort: number;
  readonly dataPath: string;
  readonly flags: readonly string[];
}

function commandLine(name: BrokerName, { tcpPort, httpPort, dataPath, flags }: Where): [string, string[]] {
  const nsqFlags = [
    `--tcp-address=127.0.0.1:${tcpPort}`,
    `--http-address=127.0.0.1:${httpPort}`,
    "--broadcast-address=127.0.0.1",
    `--data-path=${dataPath}`,
    "--log-level=warn",
    ...flags,
  ];
  if (name === "nsqd") return [process.env["NSQD"]!, nsqFlags];
  if (name === "prototype") {
    const extra = (process.env["PROTOTYPE_FLAGS"] ?? "--flush=immediate --rbuf=512").split(" ");
    return [process.execPath, [process.env["PROTOTYPE"]!, `--port=${tcpPort}`, ...extra]];
  }
  const ours = flags === memoryFlags ? ["--mem-bytes=8589934592"] : [];
  return [process.execPath, [join(root, "bin/weir.mjs"), "nsqd", ...nsqFlags, ...ours]];
}

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function listening(port: number, child: ChildProcess, log: () => string): Promise<void> {
  const deadlineMs = performance.now() + listenWithinMs;
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const answered = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answered) return;
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      throw new Error(`the broker does not listen (exit ${child.exitCode}):\n${log()}`);
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
