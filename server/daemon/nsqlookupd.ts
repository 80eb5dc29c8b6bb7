/** A lookup as a process. It keeps nothing: nodes say again what they have when it is back. */
import { hostname } from "node:os";
import type { NsqlookupdOptions } from "../cli/nsqlookupd-options.ts";
import { nsqVersion } from "../cli/role.ts";
import { Lookupd } from "../lookup/lookupd.ts";
import { boundAddress } from "./address.ts";
import { endOnFault } from "./fatal.ts";
import { listenAt } from "./listening.ts";
import { NodeLog } from "./node-log.ts";
import { whenAskedToStop } from "./stop-signals.ts";

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
  const httpPort = await listenAt("nsqlookupd", http, (at) => lookupd.listenHttp(at));
  const tcpPort = await listenAt("nsqlookupd", tcp, (at) => lookupd.listenTcp(at));
  log("info", `TCP: listening on ${boundAddress(tcp, tcpPort)}`);
  log("info", `HTTP: listening on ${boundAddress(http, httpPort)}`);
  process.send?.({ type: "ready", tcp: boundAddress(tcp, tcpPort), http: boundAddress(http, httpPort) });

  endOnFault(log);
  whenAskedToStop(["SIGTERM", "SIGINT"], async () => {
    await lookupd.close();
    log("info", "NSQLOOKUPD: bye");
    process.exit(0);
  });
}
