/** What nodes and lookups answer, as far as nsqadmin's API shows it, checked: fields that make no sense are empty. */
import { z } from "zod";

const text = z.string().max(1_024).catch("");
const count = z.number().catch(0);
const flag = z.boolean().catch(false);
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

const percentile = z.object({ quantile: z.number(), value: z.number() });
const latency = z.object({ count, percentiles: listOf(percentile) }).catch({ count: 0, percentiles: [] });

const client = z.object({
  remote_address: text,
  version: text,
  client_id: text,
  hostname: text,
  user_agent: text,
  connect_ts: count,
  in_flight_count: count,
  ready_count: count,
  finish_count: count,
  requeue_count: count,
  message_count: count,
  sample_rate: count,
  deflate: flag,
  snappy: flag,
  authed: flag,
  auth_identity: text,
  auth_identity_url: text,
  topology_region: text,
  topology_zone: text,
  tls: flag,
  tls_cipher_suite: text,
  tls_version: text,
  tls_negotiated_protocol: text,
  tls_negotiated_protocol_is_mutual: flag,
});

const localities = {
  zone_local_msg_count: count,
  region_local_msg_count: count,
  global_msg_count: count,
};

const channel = z.object({
  channel_name: text,
  depth: count,
  backend_depth: count,
  in_flight_count: count,
  deferred_count: count,
  requeue_count: count,
  timeout_count: count,
  message_count: count,
  ...localities,
  client_count: count,
  clients: listOf(client),
  paused: flag,
  e2e_processing_latency: latency,
});

const topic = z.object({
  topic_name: text,
  depth: count,
  backend_depth: count,
  message_count: count,
  channels: listOf(channel),
  paused: flag,
  e2e_processing_latency: latency,
});

const producer = {
  remote_address: text,
  hostname: text,
  broadcast_address: text,
  tcp_port: count,
  http_port: count,
  version: text,
  topology_zone: text,
  topology_region: text,
};

/** `GET /stats?format=json` of a node. */
export const statsAnswer = z.object({ topics: listOf(topic) });
/** `GET /info` of a node. */
export const infoAnswer = z.object(producer);
/** Of a lookup: `/topics`, `/channels?topic=`, `/lookup?topic=`, `/nodes`. */
export const topicsAnswer = z.object({ topics: listOf(z.string()) });
export const channelsAnswer = z.object({ channels: listOf(z.string()) });
export const lookupAnswer = z.object({ producers: listOf(z.object(producer)) });
export const nodesAnswer = z.object({
  producers: listOf(z.object({ ...producer, tombstones: listOf(flag), topics: listOf(text) })),
});

export type UpstreamTopic = z.infer<typeof topic>;
export type UpstreamChannel = z.infer<typeof channel>;
export type UpstreamClient = z.infer<typeof client>;
export type UpstreamLatency = z.infer<typeof latency>;
export type UpstreamProducer = z.infer<typeof lookupAnswer>["producers"][number];
