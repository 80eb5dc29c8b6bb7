/** A lookup as a process. It keeps nothing: nodes say again what they have when it is back. */
import { hostname } from "node:os";
import { StartError } from "../cli/config-file.ts";
import type { NsqlookupdOptions } from "../cli/nsqlookupd-options.ts";
import { nsqVersion } from "../cli/role.ts";
import { Lookupd } from "../lookup/lookupd.ts";
import { boundAddress, listenOptions } from "./address.ts";
import { NodeLog } from "./node-log.ts";

export async function runNsqlookupd(options: NsqlookupdOptions): Promise<void> {
  const { log } = new NodeLog(options["log-prefix"], options["log-level"]);
  const lookupd = new Lookupd({
    identity: {
      broadcastAddress: options["broadcast-address"],
      hostname: hostname(),
      version: nsqVersion,
    },
    inactiveProducerMs: options["inactive-producer-timeout"],
    tombstoneMs: options["tombstone-lifetime"],
    allowedHosts: options["http-allowed-host"],
    now: () => ({ nowMs: performance.now(), wallMs: Date.now() }),
    log,
  });
  const { "tcp-address": tcp, "http-address": http } = options;
  const httpPort = await bound(http, lookupd.listenHttp(listenOptions(http)));
  const tcpPort = await bound(tcp, lookupd.listenTcp(listenOptions(tcp)));
  log("info", `TCP: listening on ${boundAddress(tcp, tcpPort)}`);
  log("info", `HTTP: listening on ${boundAddress(http, httpPort)}`);
  process.send?.({ type: "ready", tcp: boundAddress(tcp, tcpPort), http: boundAddress(http, httpPort) });

  process.on("uncaughtException", (error) => {
    // Whatever state this left behind cannot be trusted: the process ends, and is started again.
    log("fatal", error.stack ?? String(error));
    process.exit(1);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, async () => {
      await lookupd.close();
      log("info", "NSQLOOKUPD: bye");
      process.exit(0);
    });
  }
}

async function bound(address: string, listening: Promise<number>): Promise<number> {
  try {
    return await listening;
  } catch (error) {
    throw new StartError(
      `failed to instantiate nsqlookupd - listen (${address}) failed - ${(error as Error).message}`,
    );
  }
}
