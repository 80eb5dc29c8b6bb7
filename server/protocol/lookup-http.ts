/** What a lookup answers over HTTP: the shapes, and what nodes and consumers read of them. */

/** A node that has a topic. Extra keys are to be borne. */
export interface LookupProducer {
  readonly remote_address: string;
  readonly hostname: string;
  readonly broadcast_address: string;
  readonly tcp_port: number;
  readonly http_port: number;
  readonly version: string;
  readonly topology_zone: string;
  readonly topology_region: string;
}

/** The channels in the answer to `GET /channels?topic=`, names as they come; null: it is no such answer. */
export function readChannels(answer: string): readonly string[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(answer);
  } catch {
    return null;
  }
  const channels = (parsed as { channels?: unknown } | null)?.channels;
  if (!Array.isArray(channels)) return null;
  return channels.filter((name): name is string => typeof name === "string");
}
