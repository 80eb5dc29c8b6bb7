/** `GET /ping` and `GET /info`. */
import { writeHealth } from "../http-api/health.ts";
import { nsPerMs } from "../protocol/config-value.ts";
import { type Answer, type Call, Json } from "./call.ts";

export function ping(call: Call): Answer {
  return writeHealth(call, call.ports.health());
}

export function info(call: Call): Answer {
  const { node, options } = call.ports;
  return new Json({
    version: node.version,
    broadcast_address: node.broadcastAddress,
    hostname: node.hostname,
    http_port: node.httpPort,
    tcp_port: node.tcpPort,
    start_time: Math.floor(node.startedAtMs / 1_000),
    max_heartbeat_interval: options["max-heartbeat-interval"] * nsPerMs,
    max_output_buffer_size: options["max-output-buffer-size"],
    max_output_buffer_timeout: options["max-output-buffer-timeout"] * nsPerMs,
    max_deflate_level: options["max-deflate-level"],
    topology_zone: options["topology-zone"],
    topology_region: options["topology-region"],
  });
}
