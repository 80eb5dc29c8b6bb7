/**
 * `POST /v1/channel/messages?topic=&channel=&verb=[&by=]`: what an operator does to messages that were chosen one by one.
 * The body has their ids, 16 hexadecimal digits each, one a line.
 */

/**
 * requeue: what is in flight waits to be handed out again. deliver: what is deferred does. finish: what is in flight,
 * deferred or waits to be handed out once more is owed to the channel no longer.
 */
export const messageVerbs = ["requeue", "deliver", "finish"] as const;
export type MessageVerb = (typeof messageVerbs)[number];

/** Of one request, at most. */
export const chosenMessagesMax = 500;
/** Whoever asks for it names themselves with so many characters at most. */
export const operatorCharactersMax = 128;

/** `not-there`: it was answered, was handed out or fell due meanwhile, or never was one of the channel's. */
export type MessageOutcome = "done" | "not-there";

export interface MessageResult {
  readonly id: string;
  readonly outcome: MessageOutcome;
}

/** In the order in which they were named. */
export interface ChosenMessagesAnswer {
  readonly atMs: number;
  readonly messages: readonly MessageResult[];
}
