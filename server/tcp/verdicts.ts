/** Every verb in every state of a connection (E2). A verb does not compile until it has a row. */
export type Verb =
  | "IDENTIFY"
  | "AUTH"
  | "SUB"
  | "PUB"
  | "MPUB"
  | "DPUB"
  | "RDY"
  | "FIN"
  | "REQ"
  | "TOUCH"
  | "CLS"
  | "NOP";

/** init: connected. subscribed: after SUB. closing: after CLS, until the client goes. */
export type State = "init" | "subscribed" | "closing";
export type Verdict = "run" | "refuse" | "ignore";

export const verdicts = {
  IDENTIFY: { init: "run", subscribed: "refuse", closing: "refuse" },
  AUTH: { init: "run", subscribed: "refuse", closing: "refuse" },
  SUB: { init: "run", subscribed: "refuse", closing: "refuse" },
  PUB: { init: "run", subscribed: "run", closing: "run" },
  MPUB: { init: "run", subscribed: "run", closing: "run" },
  DPUB: { init: "run", subscribed: "run", closing: "run" },
  RDY: { init: "refuse", subscribed: "run", closing: "ignore" },
  FIN: { init: "refuse", subscribed: "run", closing: "run" },
  REQ: { init: "refuse", subscribed: "run", closing: "run" },
  TOUCH: { init: "refuse", subscribed: "run", closing: "run" },
  CLS: { init: "refuse", subscribed: "run", closing: "refuse" },
  NOP: { init: "run", subscribed: "run", closing: "run" },
} as const satisfies Record<Verb, Record<State, Verdict>>;

export function isVerb(word: string): word is Verb {
  return Object.hasOwn(verdicts, word);
}
