/**
 * What a node is asked for when somebody looks closer: `GET /v1/channel/inflight`, `/v1/channel/deferred`, `/v1/channel/poison`,
 * `/v1/topic/producers`, `/v1/clients`, `/v1/config`, `/v1/log`. Each is true of one instant; the next may be another.
 */

/** Rows of one answer, at most, and unless fewer are asked for. */
export const readRowsMax = 500;

export interface ReadClient {
  readonly clientId: string;
  readonly hostname: string;
  /** `address:port`, or the path of a unix socket. */
  readonly address: string;
}

/** A message that a consumer has been handed and has not answered. */
export interface InFlightMessage {
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** Deliveries so far, this one included. */
  readonly attempts: number;
  /** Of the body; null: its frame is not in memory. */
  readonly bytes: number | null;
  /** Wall clock, milliseconds since 1970; null as `bytes`. */
  readonly publishedAtMs: number | null;
  /** When it was handed out, and when it will be taken back unless it is answered or touched. Wall clock. */
  readonly sinceMs: number;
  readonly deadlineAtMs: number;
  /** null: who held it has gone; it waits for its timeout. */
  readonly client: ReadClient | null;
}

/** A message that waits until it is due. */
export interface DeferredMessage {
  readonly id: string;
  /** Deliveries so far; 0: it was published so. */
  readonly attempts: number;
  readonly bytes: number | null;
  readonly publishedAtMs: number | null;
  /** Wall clock. */
  readonly dueAtMs: number;
  /** Since when: its delay is what lies between. Wall clock; null: not known, since it was brought from the store. */
  readonly sinceMs: number | null;
  /** Published with a delay, or given back with one. */
  readonly reason: "publish" | "requeue";
}

/** A message that was delivered more than `poisonAttempts` times and is still owed. */
export interface PoisonMessage {
  readonly id: string;
  readonly attempts: number;
  readonly bytes: number | null;
  readonly publishedAtMs: number | null;
  readonly state: "waiting" | "in-flight" | "deferred";
  /** When it times out, or is due. Wall clock; null: it waits to be handed out. */
  readonly dueAtMs: number | null;
  /** Who holds it; null: nobody does. */
  readonly client: ReadClient | null;
}

/** Where a message stands in a channel at one instant. */
export interface ChannelNow {
  readonly channel: string;
  readonly paused: boolean;
  /** not-owed: finished there or dropped, or there before the channel. unknown: only the store may have it. */
  readonly state: "waiting" | "in-flight" | "deferred" | "not-owed" | "unknown";
  /** Deliveries so far; null: not known. */
  readonly attempts: number | null;
  /** Waiting: messages before it, about; null: it was given back, and those take turns with new ones. */
  readonly ahead: number | null;
  /** In flight: when it times out. Deferred: when it is due. Wall clock. */
  readonly untilMs: number | null;
  readonly client: ReadClient | null;
}

/** Of one message, at the node that has its log. */
export interface MessageNowAnswer {
  readonly atMs: number;
  readonly topic: string;
  /** It has not left its topic: there is no channel, the topic is paused, or it is not committed. */
  readonly inTopic: boolean;
  readonly topicPaused: boolean;
  /** Of a durable topic: whether the store has it; null: of another, or not known. */
  readonly committed: boolean | null;
  /** Empty while it is in its topic. */
  readonly channels: readonly ChannelNow[];
  /** There are more channels than are told. */
  readonly cut: boolean;
}

export const messageNowChannelsMax = 500;

/** Those that are due first, in that order. */
export interface InFlightAnswer {
  readonly atMs: number;
  /** All there are. */
  readonly total: number;
  /** Not all of them were looked at: others may be due before those that are here. */
  readonly cut: boolean;
  readonly messages: readonly InFlightMessage[];
}

/** Those that were tried most often. */
export interface PoisonAnswer extends Omit<InFlightAnswer, "messages"> {
  readonly messages: readonly PoisonMessage[];
}

export interface DeferredAnswer extends Omit<InFlightAnswer, "messages"> {
  /** Of the total: due so late that only the store has them, and none of them is here. */
  readonly inStore: number;
  readonly messages: readonly DeferredMessage[];
}

/** A connection that has published to the topic. Over HTTP nothing is left of who has. */
export interface ProducerRow extends ReadClient {
  readonly userAgent: string;
  readonly connectedAtMs: number;
  /** Messages published to the topic on this connection. */
  readonly messageCount: number;
  /** Wall clock of the last one; null: not known. */
  readonly lastAtMs: number | null;
  readonly tls: boolean;
}

/** Those that published last come first. */
export interface ProducersAnswer {
  readonly atMs: number;
  readonly total: number;
  readonly producers: readonly ProducerRow[];
}

/** A connection, whatever it does. */
export interface NodeClientRow extends ReadClient {
  readonly userAgent: string;
  readonly connectedAtMs: number;
  /** What it consumes; null: nothing. */
  readonly topic: string | null;
  readonly channel: string | null;
  readonly readyCount: number;
  readonly inFlight: number;
  readonly finishCount: number;
  readonly requeueCount: number;
  /** Messages it has published. */
  readonly publishCount: number;
  readonly tls: boolean;
}

/** Those with most in flight come first. */
export interface ClientsAnswer {
  readonly atMs: number;
  readonly total: number;
  readonly clients: readonly NodeClientRow[];
}

export type OptionValue = string | number | boolean | readonly (string | number)[] | null;

export interface OptionValueRow {
  /** As on the command line, without dashes. */
  readonly name: string;
  /** `duration`: the value is in milliseconds. */
  readonly kind: string;
  /** null: it is a secret, and `isSet` is all that is said of it. */
  readonly value: OptionValue;
  readonly default: OptionValue;
  readonly isSecret: boolean;
  readonly isSet: boolean;
}

export interface ConfigAnswer {
  readonly atMs: number;
  readonly options: readonly OptionValueRow[];
}

export interface LogLine {
  readonly atMs: number;
  readonly level: "debug" | "info" | "warn" | "error" | "fatal";
  readonly text: string;
}

/** The last lines of the node's log, latest first. */
export interface LogAnswer {
  readonly atMs: number;
  readonly lines: readonly LogLine[];
}

/** Of a body in one answer, at most. */
export const messageBytesMax = 1024 * 1024;

/** `GET /v1/message`: a part of a message's body. */
export interface MessageAnswer {
  readonly id: string;
  readonly where: "memory" | "store";
  /** Wall clock, milliseconds since 1970. */
  readonly publishedAtMs: number;
  /** Of the whole body. */
  readonly bytes: number;
  /** Where the part begins. */
  readonly from: number;
  /** base64. */
  readonly body: string;
}
