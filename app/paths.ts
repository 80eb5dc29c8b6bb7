import { type HeldState, nameOfPart, partOfName } from "../server/console/contract/index.ts";

/** Addresses of pages. Names go in encoded: `#ephemeral` is part of a name. */
const part = encodeURIComponent;

export const paths = {
  overview: "/",
  topics: "/topics",
  topic: (topic: string) => `/topics/${partOfName(topic)}`,
  channel: (topic: string, channel: string) => `/topics/${partOfName(topic)}/channels/${partOfName(channel)}`,
  nodes: "/nodes",
  node: (node: string) => `/nodes/${part(node)}`,
  cluster: "/cluster",
  lookup: "/lookup",
  jobs: "/jobs",
  job: (id: string) => `/jobs/${part(id)}`,
  messages: "/messages",
  message: (id: string) => `/messages/${part(id)}`,
  /** Messages of a channel that are in a state. */
  held: (state: HeldState, { topic, channel }: { readonly topic: string; readonly channel: string }) =>
    `/messages?state=${state}&topic=${part(topic)}&channel=${part(channel)}`,
  audit: "/audit",
  auditOf: ({ topic, channel }: { topic: string; channel?: string | undefined }) =>
    `/audit?topic=${part(topic)}${channel === undefined ? "" : `&channel=${part(channel)}`}`,
  design: "/design",
  settings: (page: string) => `/settings/${page}`,
  tail: (topic?: string) => (topic === undefined ? "/tail" : `/tail?topic=${part(topic)}`),
  publish: (topic?: string) => (topic === undefined ? "/publish" : `/publish?topic=${part(topic)}`),
  consume: () => "/consume",
} as const;

/** A name out of a route's parameter; what cannot be decoded is left as it is and will not be found. */
export function nameOf(parameter: string): string {
  try {
    return nameOfPart(decodeURIComponent(parameter));
  } catch {
    return parameter;
  }
}
