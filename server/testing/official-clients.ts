/** What NSQ's official clients say of themselves in IDENTIFY, and how their servers are set up. */
import { certificate } from "./certificates.ts";
import { type Client, connect } from "./client.ts";

/** As old as those of the clients' own suites: signed with SHA-1, and expired. */
export const oldCertificate = certificate({
  key: "rsa2048",
  hash: "sha1",
  notBefore: new Date("2013-01-01"),
  notAfter: new Date("2014-01-01"),
});

export const goNsq = {
  client_id: "host",
  hostname: "host.example.com",
  user_agent: "go-nsq/1.1.0",
  short_id: "host",
  long_id: "host.example.com",
  tls_v1: false,
  deflate: false,
  deflate_level: 6,
  snappy: false,
  feature_negotiation: true,
  heartbeat_interval: 30_000,
  sample_rate: 0,
  output_buffer_size: 16_384,
  output_buffer_timeout: 250,
  msg_timeout: 0,
  topology_region: "",
  topology_zone: "",
};

export const pynsq = {
  short_id: "host",
  long_id: "host.example.com",
  client_id: "host",
  hostname: "host.example.com",
  heartbeat_interval: 30_000,
  feature_negotiation: true,
  tls_v1: false,
  snappy: false,
  deflate: false,
  deflate_level: 6,
  output_buffer_timeout: 250,
  output_buffer_size: 16_384,
  sample_rate: 0,
  user_agent: "pynsq/0.9.1",
};

/** Negotiated, and its answer read: the first frame must be JSON, or the Go client ends there. */
export async function negotiated(port: number, settings: Record<string, unknown>): Promise<Client> {
  const client = await connect(port);
  client.identify(settings);
  await client.expectResponse(/^\{"max_rdy_count":2500,.*"auth_required":false.*\}$/);
  return client;
}
