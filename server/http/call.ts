/** What a node's handlers get with a request. */
import type { ClientIdentity } from "../broker/ports.ts";
import type { Call as AnyCall, Handler as AnyHandler } from "../http-api/call.ts";
import type { Held } from "./held.ts";
import type { LiveFeed } from "./live-feed.ts";
import type { HttpPorts } from "./ports.ts";
import type { Taps } from "./tap.ts";

export { type Answer, Json, written } from "../http-api/call.ts";

export interface Call extends AnyCall {
  readonly ports: HttpPorts;
  readonly held: Held;
  readonly live: LiveFeed;
  readonly taps: Taps;
  readonly client: ClientIdentity;
}

export type Handler = AnyHandler<Call>;
