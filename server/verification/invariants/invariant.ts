import type { HistoryEvent } from "../event.ts";
import type { History, Message } from "../history.ts";

export type InvariantId =
  | "I1"
  | "I2"
  | "I3"
  | "I4"
  | "I5"
  | "I6"
  | "I7"
  | "I8"
  | "I9"
  | "I10"
  | "I11"
  | "I12";

export interface Finding {
  readonly why: string;
  /** Whose timeline shows it, on which channel; absent: it is of no message. */
  readonly message?: Message;
  readonly channel?: string;
  /** Of no message: what shows it. */
  readonly events?: readonly HistoryEvent[];
}

export interface Decision {
  /** How many messages, deliveries, statements … could be judged. None: the history does not decide it. */
  readonly judged: number;
  readonly findings: readonly Finding[];
}

/** Pure, and linear in the length of the history. */
export interface Invariant {
  readonly id: InvariantId;
  readonly promise: string;
  readonly decide: (history: History) => Decision;
}
