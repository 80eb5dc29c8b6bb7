/** What was published from this browser, kept in it: the last ones, and bodies only where somebody said so. */
import { messageIdPattern } from "../../../server/console/contract/index.ts";
import { type Encoding, encodings } from "./body.ts";

export interface Sent {
  readonly atMs: number;
  readonly topic: string;
  readonly encoding: Encoding;
  readonly count: number;
  readonly deferMs: number;
  readonly bytes: number;
  /** What the node answered, or the code of the refusal. */
  readonly answer: string;
  readonly isAccepted: boolean;
  /** Where the node has it; "" where it was refused. */
  readonly node: string;
  readonly messages: number;
  readonly tookMs: number;
  readonly dueAtMs: number | null;
  readonly durable: boolean | null;
  /** Of a single message; null: it is not known. */
  readonly messageId: string | null;
  /** It had been published before, under the same key. */
  readonly again?: boolean;
  /** Of a refusal, in words. */
  readonly message: string;
  /** null: it was not kept. */
  readonly body: string | null;
}

export const sentMax = 20;
/** Longer ones are not kept. */
export const keptBodyCharactersMax = 16_384;
const key = "weir-published";

/** What cannot be read is as if it were not there: somebody else may have written it. */
export function readSent(text: string | null): readonly Sent[] {
  try {
    const list = JSON.parse(text ?? "[]") as unknown;
    return Array.isArray(list) ? list.filter(isSent).slice(0, sentMax) : [];
  } catch {
    return [];
  }
}

function isSent(value: unknown): value is Sent {
  if (typeof value !== "object" || value === null) return false;
  const sent = value as Record<keyof Sent, unknown>;
  return (
    ["atMs", "count", "deferMs", "bytes", "messages", "tookMs"].every(
      (field) => typeof sent[field as keyof Sent] === "number",
    ) &&
    ["topic", "answer", "node", "message"].every((field) => typeof sent[field as keyof Sent] === "string") &&
    encodings.includes(sent.encoding as Encoding) &&
    typeof sent.isAccepted === "boolean" &&
    (sent.dueAtMs === null || typeof sent.dueAtMs === "number") &&
    (sent.durable === null || typeof sent.durable === "boolean") &&
    (sent.again === undefined || typeof sent.again === "boolean") &&
    (sent.messageId === null ||
      (typeof sent.messageId === "string" && messageIdPattern.test(sent.messageId))) &&
    (sent.body === null || typeof sent.body === "string")
  );
}

/** The newest first. */
export function withSent(list: readonly Sent[], sent: Sent, keepsBody: boolean): readonly Sent[] {
  const isKept = keepsBody && (sent.body?.length ?? 0) <= keptBodyCharactersMax;
  return [isKept ? sent : { ...sent, body: null }, ...list].slice(0, sentMax);
}

export function loadSent(): readonly Sent[] {
  try {
    return readSent(localStorage.getItem(key));
  } catch {
    return [];
  }
}

/** A browser that keeps nothing forgets with the page. */
export function saveSent(list: readonly Sent[]): void {
  try {
    if (list.length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(list));
  } catch {
    // Storage is full or closed.
  }
}
