/** Messages of a channel, chosen one by one, that an operator answers in their consumers' place. */
import type { MessageOutcome, MessageVerb } from "../../protocol/chosen-messages.ts";
import type { ActionLevel, ActionNodeResult } from "./actions.ts";

export type { MessageVerb } from "../../protocol/chosen-messages.ts";

/** How much is asked first: finished, a message comes to nobody any more; moved, to none of the channel's consumers. */
export const messageVerbLevels: Readonly<Record<MessageVerb, ActionLevel>> = {
  requeue: 1,
  deliver: 1,
  touch: 1,
  finish: 2,
  move: 2,
};

/** Of one request, at most; as many as can be chosen on a page. */
export const messagesChosenMax = 100;

export interface ChosenMessage {
  /** The key of the node that has it. */
  readonly node: string;
  readonly id: string;
}

/** With `finish` and `move`: the channel's name as typed, and why. */
export interface ChosenMessagesRequest {
  readonly verb: MessageVerb;
  readonly messages: readonly ChosenMessage[];
  /** With `move`, and never else: the other topic, which is made where there is none. No ephemeral one: it may drop them. */
  readonly to?: string;
  readonly confirm?: { readonly name: string };
  readonly reason?: string;
}

export interface ChosenMessageResult extends ChosenMessage {
  /** `failed`: what became of it is not known, or nothing did; its node, or its code, says why. */
  readonly outcome: MessageOutcome;
  readonly code?: string;
  /** Moved: under which id the other topic has it. */
  readonly newId?: string;
}

export interface ChosenMessagesResult {
  readonly verb: MessageVerb;
  /** Whether the nodes answered and took what they were to: also of a message that was not there any more. */
  readonly outcome: "done" | "partly" | "failed";
  readonly messages: readonly ChosenMessageResult[];
  readonly nodes: readonly ActionNodeResult[];
  readonly requestId: string;
}
