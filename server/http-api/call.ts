/** One request on its way through the handlers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Bodies } from "./body.ts";
import type { Refusal } from "./errors.ts";
import type { Turns } from "./turns.ts";

export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly rawQuery: string | null;
  /** What stood in the place of a route's `:opt`; "" where there is none. */
  readonly parameter: string;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** `address:port`, or `@` for a unix socket, which has no name at the other end. */
  readonly remoteAddress: string;
  readonly bodies: Bodies;
  readonly turns: Turns;
  /** How long a reader of a long answer may take nothing. */
  readonly stalledMs: number;
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

/** `Own` is what a daemon's handlers get beside the request. */
export type Handler<Own> = (call: Own) => Answer | Promise<Answer>;

export interface Route<Own> {
  readonly method: "GET" | "POST" | "PUT";
  /** `:opt` at its end stands for one segment. */
  readonly path: string;
  readonly handle: Handler<Own>;
  /** Publishing at full rate is not logged, as in nsqd. */
  readonly quiet?: true;
  /** Only with the secret that nodes and consoles share. */
  readonly guarded?: true;
}
