/**
 * `POST /v1/channel/messages?topic=&channel=&verb=[&by=][&to=]`: what an operator does to messages that were chosen one
 * by one. The body has their ids, 16 hexadecimal digits each, one a line; `to`, with `move`, is the other topic.
 */

/**
 * requeue: what is in flight waits to be handed out again. deliver: what is deferred does. touch: what is in flight stays
 * so for its consumer's timeout from now on. finish: what is in flight, deferred or waits to be handed out once more is
 * owed to the channel no longer.
 */
export const answerVerbs = ["requeue", "deliver", "touch", "finish"] as const;
export type AnswerVerb = (typeof answerVerbs)[number];

/** move: published to another topic and, once it counts there, finished. */
export const messageVerbs = [...answerVerbs, "move"] as const;
export type MessageVerb = (typeof messageVerbs)[number];

/** Of one request, at most. */
export const chosenMessagesMax = 500;
/** Whoever asks for it names themselves with so many characters at most. */
export const operatorCharactersMax = 128;

/**
 * `not-there`: it was answered, was handed out or fell due meanwhile, or never was one of the channel's. Of moves alone,
 * `copied`: the other topic has it, and the channel had been answered it meanwhile, or owes it still. `failed`: the
 * channel owes it still, and the other topic has it only if the code is NOT_STORED.
 */
export const messageOutcomes = ["done", "not-there", "copied", "failed"] as const;
export type MessageOutcome = (typeof messageOutcomes)[number];

export interface MessageResult {
  readonly id: string;
  readonly outcome: MessageOutcome;
  /** Why it failed, in the words of the HTTP API. */
  readonly code?: string;
  /** Under which id the other topic has it. */
  readonly newId?: string;
}

/** In the order in which they were named. */
export interface ChosenMessagesAnswer {
  readonly atMs: number;
  readonly messages: readonly MessageResult[];
}
