/** One request on its way through the handlers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ClientIdentity } from "../broker/ports.ts";
import type { Bodies } from "./body.ts";
import type { Refusal } from "./errors.ts";
import type { Held } from "./held.ts";
import type { LiveFeed } from "./live-feed.ts";
import type { HttpPorts } from "./ports.ts";
import type { Taps } from "./tap.ts";
import type { Turns } from "./turns.ts";

/** What handlers share for the life of a server. */
export interface Desk {
  readonly ports: HttpPorts;
  readonly bodies: Bodies;
  readonly held: Held;
  readonly turns: Turns;
  readonly live: LiveFeed;
  readonly taps: Taps;
  /** How long a reader of a long answer may take nothing. */
  readonly stalledMs: number;
}

export interface Call extends Desk {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly rawQuery: string | null;
  /** What stood in the place of a route's `:opt`; "" where there is none. */
  readonly parameter: string;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  readonly client: ClientIdentity;
}

/** Answered as JSON. */
export class Json {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** The handler has written the response itself. */
export const written = Symbol("written");

/** A string is answered as text, null with an empty body. */
export type Answer = string | null | Json | Refusal | typeof written;

export type Handler = (call: Call) => Answer | Promise<Answer>;
