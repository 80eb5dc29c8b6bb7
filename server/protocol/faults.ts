/**
 * What a client did wrong, as nsqd says it. A fault is a value; whether the connection
 * outlives it is looked up here and decided in one place, the session (E1).
 */
const survives = {
  E_INVALID: false,
  E_BAD_PROTOCOL: false,
  E_BAD_BODY: false,
  E_BAD_TOPIC: false,
  E_BAD_CHANNEL: false,
  E_BAD_MESSAGE: false,
  E_IDENTIFY_FAILED: false,
  E_AUTH_DISABLED: false,
  E_AUTH_FAILED: false,
  E_AUTH_FIRST: false,
  E_UNAUTHORIZED: false,
  E_SUB_FAILED: false,
  E_PUB_FAILED: false,
  E_MPUB_FAILED: false,
  E_DPUB_FAILED: false,
  E_FIN_FAILED: true,
  E_REQ_FAILED: true,
  E_TOUCH_FAILED: true,
} as const;

export type FaultCode = keyof typeof survives;

/** Text is a binary string: each character is one byte of the wire. */
export interface Fault {
  readonly code: FaultCode;
  readonly text: string;
}

/** @param detail what follows the code; "" for a code that stands alone */
export function fault(code: FaultCode, detail: string): Fault {
  return { code, text: detail === "" ? code : `${code} ${detail}` };
}

export function isFatal(fault: Fault): boolean {
  return !survives[fault.code];
}
