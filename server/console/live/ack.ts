/** How a browser's event is answered. */
import type { Ack, FailureCode } from "../contract/index.ts";

/** Answers through the acknowledgement, if there is one; whatever a browser sends, it is told, and nothing throws. */
export function answer(args: unknown[], plainMax: number, handle: (plain: unknown[]) => Ack): void {
  const last = args.at(-1);
  const ack = typeof last === "function" ? last : null;
  const plain = ack ? args.slice(0, -1) : args;
  // Options may be left out.
  if (plainMax === 2 && plain.length === 1) plain.push({});
  let result: Ack;
  try {
    result = handle(plain);
  } catch {
    result = refusal("internal", "That went wrong.");
  }
  ack?.(result);
}

export function refusal(code: FailureCode, message: string): Ack {
  return { ok: false, error: { code, message, requestId: "" } };
}
