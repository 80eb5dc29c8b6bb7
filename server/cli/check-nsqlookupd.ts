import { StartError } from "./config-file.ts";
import type { NsqlookupdOptions } from "./nsqlookupd-options.ts";

/** @throws StartError in nsqlookupd's words: it listens on TCP only, and nodes are told both ports. */
export function checkNsqlookupd(options: NsqlookupdOptions): void {
  for (const name of ["tcp-address", "http-address"] as const) {
    const address = options[name];
    if (!/:\d+$/.test(address)) {
      throw new StartError(
        `failed to instantiate nsqlookupd - listen (${address}) failed - missing port in --${name}`,
      );
    }
  }
}
