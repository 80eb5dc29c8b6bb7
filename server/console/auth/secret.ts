/** What a cookie, a link or a token is made of, and what is kept of it. */
import { createHash, randomBytes } from "node:crypto";

/** 256 random bits, as text for an address or a header. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

export function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** Takes out what was put in first, once there is more than `max`. */
export function forgetOldest(kept: Map<string, unknown> | Set<string>, max: number): void {
  if (kept.size > max) kept.delete(kept.keys().next().value!);
}
