/** What the TCP side of a node needs of the rest of it. */
import type { Grants } from "../auth/grants.ts";
import type { AuthQuery } from "../auth/query.ts";
import type { Broker } from "../broker/broker.ts";
import type { IdentifyLimits } from "../protocol/identify.ts";
import type { DelayLine } from "./delay-line.ts";
import type { Handshakes } from "./handshakes.ts";
import type { Session } from "./session.ts";
import type { Tarpit } from "./tarpit.ts";
import type { Turn } from "./turn.ts";

export interface TcpLimits extends IdentifyLimits {
  readonly maxMsgSize: number;
  readonly maxBodySize: number;
  readonly maxReqTimeoutMs: number;
  /** 0: any number. */
  readonly maxChannelConsumers: number;
}

export interface AuthorityPort {
  /** null: nobody gave a valid answer. Never rejects. @param signal the answer is wanted no more */
  ask(query: AuthQuery, signal: AbortSignal): Promise<Grants | null>;
}

export interface TcpPorts {
  readonly broker: Broker;
  readonly turn: Turn;
  readonly limits: TcpLimits;
  /** NSQ's version, as clients are told it. */
  readonly version: string;
  readonly log: { info(text: string): void };
  /** Sets the broker's time. */
  now(): void;
  /** A number no other client of this process has had. */
  nextClientNumber(): number;
  /** Connections that are not read: memory is short, or they do not read themselves. */
  readonly held: Set<Session>;
  readonly tarpit: Tarpit;
  /** Connections that are not read for a while: they drip. */
  readonly rests: DelayLine;
  /** null: there is no certificate, and no TLS. */
  readonly handshakes: Handshakes | null;
  /** Over TLS alone more than IDENTIFY is carried out. */
  readonly isTlsRequired: boolean;
  /** Whom to ask what a client may do; null: everybody may everything. */
  readonly authority: AuthorityPort | null;
}
