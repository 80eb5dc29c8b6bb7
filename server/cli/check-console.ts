import { parseNetworks } from "../daemon/networks.ts";
import { StartError } from "./config-file.ts";
import type { ConsoleOptions } from "./console-options.ts";

/** @throws StartError in nsqadmin's words, when options contradict one another. */
export function checkConsole(options: ConsoleOptions): void {
  const refuse = (reason: string): never => {
    throw new StartError(`failed to instantiate nsqadmin - ${reason}`);
  };
  const nodes = options["nsqd-http-address"].length;
  const lookups = options["lookupd-http-address"].length;
  if (nodes === 0 && lookups === 0) refuse("--nsqd-http-address or --lookupd-http-address required");
  if (nodes > 0 && lookups > 0) refuse("use --nsqd-http-address or --lookupd-http-address not both");
  const certificate = options["http-client-tls-cert"] !== "";
  const key = options["http-client-tls-key"] !== "";
  if (certificate && !key) refuse("--http-client-tls-key must be specified with --http-client-tls-cert");
  if (key && !certificate) refuse("--http-client-tls-cert must be specified with --http-client-tls-key");
  for (const name of ["allow-config-from-cidr", "trusted-proxy", "node-cidr", "webhook-cidr"] as const) {
    const wrong = [options[name]].flat().find((text) => text !== "" && parseNetworks([text]) === null);
    if (wrong !== undefined)
      refuse(`failed to parse --${name}=${JSON.stringify(wrong)} - invalid CIDR address`);
  }
  const endpoint = options["notification-http-endpoint"];
  if (endpoint !== "" && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ""))
    refuse(`failed to parse --notification-http-endpoint=${JSON.stringify(endpoint)}`);
}
