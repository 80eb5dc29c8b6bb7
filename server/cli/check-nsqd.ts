import { StartError } from "./config-file.ts";
import type { NsqdOptions } from "./nsqd-options.ts";

/** Each is shown of every channel. */
const percentilesMax = 16;

/** A shorter one runs out in a busy moment of the machine. */
const leaseTtlMsMin = 500;

/** @throws StartError in nsqd's words, when options contradict one another or ask for what is not there. */
export function checkNsqd(options: NsqdOptions): void {
  const refuse = (reason: string): never => {
    throw new StartError(`failed to instantiate nsqd - ${reason}`);
  };
  const level = options["max-deflate-level"];
  if (level < 1 || level > 9) refuse("--max-deflate-level must be [1,9]");
  if (options["node-id"] < 0 || options["node-id"] >= 1024) refuse("--node-id must be [0,1024)");
  if (!["get", "post"].includes(options["auth-http-request-method"])) {
    refuse("--auth-http-request-method must be post or get");
  }
  for (const percentile of options["e2e-processing-latency-percentile"]) {
    if (!(percentile > 0 && percentile <= 1))
      refuse(`invalid E2E processing latency percentile: ${percentile}`);
  }
  if (options["e2e-processing-latency-percentile"].length > percentilesMax)
    refuse(`--e2e-processing-latency-percentile may be given ${percentilesMax} times`);
  for (const name of [
    "e2e-processing-latency-window-time",
    "statsd-interval",
    "statsd-udp-packet-size",
  ] as const)
    if (options[name] <= 0) refuse(`--${name} must be positive`);

  if (options["durable-publish-timeout"] <= 0) refuse("--durable-publish-timeout must be positive");
  if (options["lease-ttl"] < leaseTtlMsMin) refuse(`--lease-ttl must be at least ${leaseTtlMsMin}ms`);
  if (options["durable-topics"].length > 0 && options["database-url"] === "")
    refuse("--durable-topics needs --database-url: where else would they outlive this node");

  // nsqd takes any other word for a policy that checks nothing.
  if (!["", "require", "require-verify"].includes(options["tls-client-auth-policy"])) {
    refuse("--tls-client-auth-policy must be require or require-verify");
  }
  const tlsWanted = options["tls-required"] !== false || options["tls-client-auth-policy"] !== "";
  if (tlsWanted && (options["tls-cert"] === "" || options["tls-key"] === "")) {
    refuse("cannot require TLS client connections without TLS key and cert");
  }
}
