/**
 * The etag of an impact: what was counted and when, sealed, so that what an operator confirmed can be
 * compared with what is there by then, by any console of the cluster.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { ActionTarget } from "../contract/index.ts";

/** An impact is as good as what the operator still has before their eyes. */
export const tagLastsMs = 5 * 60_000;
/** Depth may move by a tenth between the question and the answer. */
const driftMax = 0.1;

export class ImpactTags {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  make(target: ActionTarget, total: number, atMs: number): string {
    return `${total}.${atMs}.${this.#seal(target, total, atMs)}`;
  }

  /** The total that was shown; null: not a tag of this action, or too old. */
  read(tag: string, target: ActionTarget, nowMs: number): number | null {
    const match = /^(\d{1,15})\.(\d{1,15})\.([\w-]{43})$/.exec(tag);
    if (!match) return null;
    const [total, atMs] = [Number(match[1]), Number(match[2])];
    const seal = Buffer.from(this.#seal(target, total, atMs));
    if (!timingSafeEqual(seal, Buffer.from(match[3]!))) return null;
    return Math.abs(nowMs - atMs) <= tagLastsMs ? total : null;
  }

  #seal({ action, topic, channel }: ActionTarget, total: number, atMs: number): string {
    const text = JSON.stringify(["impact", action, topic, channel ?? null, total, atMs]);
    return createHmac("sha256", this.#key).update(text).digest("base64url");
  }
}

/** True when what is there now is no longer what was shown. */
export function hasDrifted(shown: number, now: number): boolean {
  return Math.abs(now - shown) > shown * driftMax;
}
