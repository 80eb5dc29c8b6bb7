/** A node's store, as its options ask for it. */
import { hostname } from "node:os";
import { StartError } from "../cli/config-file.ts";
import type { NsqdOptions } from "../cli/nsqd-options.ts";
import { openNodeStore } from "../store/node-store.ts";
import type { NodeStore } from "../store/ports.ts";
import type { NodeLog } from "./node-log.ts";

/** Rejects with `StartError` where it cannot be used. */
export async function openStore(options: NsqdOptions, log: NodeLog): Promise<NodeStore> {
  const say = (level: "info" | "warn" | "error") => (fields: object, message: string) =>
    log.log(level, `STORE: ${message}${Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : ""}`);
  try {
    return await openNodeStore({
      dataPath: options["data-path"] || process.cwd(),
      databaseUrl: options["database-url"] || null,
      cluster: options["cluster"],
      log: { info: say("info"), warn: say("warn"), error: say("error") },
      audit: options["audit"],
      acceptLoss: options["accept-loss"],
      hostname: hostname(),
      broadcastAddress: options["broadcast-address"],
    });
  } catch (error) {
    throw new StartError(`failed to instantiate nsqd - ${(error as Error).message}`);
  }
}
