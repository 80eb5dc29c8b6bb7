import type { Refusal, RefusalCode } from "./protocol.ts";

/** What the console refused, or `lost`: the connection ended before it answered. */
export class BridgeError extends Error {
  override readonly name = "BridgeError";
  readonly code: RefusalCode | "lost" | "closed" | "token";

  constructor(code: BridgeError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static of({ code, message }: Refusal): BridgeError {
    return new BridgeError(code, message);
  }
}
