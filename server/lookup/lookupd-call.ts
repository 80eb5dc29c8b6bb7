/** What a lookup's handlers get with a request. */
import type { Call as AnyCall, Handler as AnyHandler } from "../http-api/call.ts";
import type { ProcessFigures } from "../metrics/process-figures.ts";
import type { LookupdPorts } from "./lookupd-ports.ts";

export interface Call extends AnyCall {
  readonly ports: LookupdPorts;
  /** What this process costs. */
  readonly process: ProcessFigures;
}

export type Handler = AnyHandler<Call>;
