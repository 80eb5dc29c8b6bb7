/** What a node's flags mean to its parts. */
import { readFileSync } from "node:fs";
import type { BrokerOptions } from "../broker/broker.ts";
import { StartError } from "../cli/config-file.ts";
import type { NsqdOptions } from "../cli/nsqd-options.ts";
import type { TcpLimits } from "../tcp/ports.ts";

/** `said`: what was said to the cluster of a topic's class, which counts before the flags; null: nothing. */
export function brokerOptions(options: NsqdOptions, said: (topic: string) => boolean | null): BrokerOptions {
  const isOfPattern = matcher(options["durable-topics"]);
  return {
    memQueueSize: options["mem-queue-size"],
    memBytes: options["mem-bytes"],
    maxMsgTimeoutMs: options["max-msg-timeout"],
    maxReqTimeoutMs: options["max-req-timeout"],
    durability: {
      timeoutMs: options["durable-publish-timeout"],
      isDurable: (topic) => said(topic) ?? isOfPattern(topic),
    },
    latency: {
      quantiles: options["e2e-processing-latency-percentile"],
      windowMs: options["e2e-processing-latency-window-time"],
    },
  };
}

/** Whether a name fits one of the patterns: `*` stands for any characters, `?` for one. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const fits = patterns.map((pattern) => {
    const parts = pattern
      .replace(/[^*?\w-]/g, "\\$&")
      .replace(/\*+/g, ".*")
      .replaceAll("?", ".");
    return new RegExp(`^${parts}$`);
  });
  return (name) => fits.some((fit) => fit.test(name));
}

export function tcpLimits(options: NsqdOptions): TcpLimits {
  return {
    maxRdyCount: options["max-rdy-count"],
    maxMsgTimeoutMs: options["max-msg-timeout"],
    msgTimeoutMs: options["msg-timeout"],
    maxHeartbeatIntervalMs: options["max-heartbeat-interval"],
    maxOutputBufferSize: options["max-output-buffer-size"],
    maxOutputBufferTimeoutMs: options["max-output-buffer-timeout"],
    minOutputBufferTimeoutMs: options["min-output-buffer-timeout"],
    outputBufferTimeoutMs: options["output-buffer-timeout"],
    maxDeflateLevel: options["max-deflate-level"],
    tlsV1: options["tls-cert"] !== "",
    deflate: options["deflate"],
    snappy: options["snappy"],
    authRequired: options["auth-http-address"].length > 0,
    topologyRegion: options["topology-region"],
    topologyZone: options["topology-zone"],
    maxMsgSize: options["max-msg-size"],
    maxBodySize: options["max-body-size"],
    maxReqTimeoutMs: options["max-req-timeout"],
    maxChannelConsumers: options["max-channel-consumers"],
  };
}

/** @throws StartError when it cannot be read: a node that was given a secret does not run without it. */
export function readSecret(path: string): string | null {
  if (path === "") return null;
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new StartError(`failed to instantiate nsqd - --cluster-secret-file: ${(error as Error).message}`);
  }
}
