/** A history as NDJSON, one event a line, and back. */
import { z } from "zod";
import type { HistoryEvent } from "./event.ts";

/** A line has one event; a body is not in it. */
export const lineBytesMax = 16 * 1024;

const text = z.string().min(1).max(1_024);
const number = z.number().nonnegative();
const whole = number.int();
const seen = {
  t: number,
  proc: text,
  kind: z.enum(["invoke", "ok", "fail", "info"]),
  err: z.string().max(4_096).optional(),
};
const promises = z.strictObject({
  msgTimeoutMs: number,
  flushWindowMs: number,
  leaseTtlMs: number,
  adoptionMs: number,
  answerMs: number,
  earlyMs: number,
  skewMs: number,
  auditLagMs: number,
  bystanders: z.array(text).max(1_000),
  controls: z.array(text).max(1_000),
});
const msgid = z.string().regex(/^[0-9a-f]{16}$/);
const place = { topic: text, channel: text };

const eventSchema: z.ZodType<HistoryEvent> = z.discriminatedUnion("op", [
  z.strictObject({
    ...seen,
    op: z.literal("run"),
    seed: z.number().optional(),
    source: text.optional(),
    command: z.string().max(4_096).optional(),
    promises: promises.partial(),
  }),
  z.strictObject({
    ...seen,
    op: z.literal("publish"),
    uid: text,
    topic: text,
    node: text,
    hash: text.optional(),
    deferMs: number.optional(),
    durable: z.boolean().optional(),
  }),
  z.strictObject({
    ...seen,
    ...place,
    op: z.literal("deliver"),
    uid: text,
    hash: text,
    msgid,
    attempt: whole,
    node: text,
  }),
  z.strictObject({
    ...seen,
    ...place,
    op: z.enum(["finish", "requeue", "touch"]),
    uid: text,
    msgid,
    node: text,
    delayMs: number.optional(),
  }),
  z.strictObject({ ...seen, ...place, op: z.literal("gone") }),
  z.strictObject({
    ...seen,
    op: z.enum(["channel", "remove"]),
    topic: text,
    channel: text.optional(),
    node: text.optional(),
  }),
  z.strictObject({ ...seen, op: z.enum(["start", "stop", "crash", "freeze", "thaw"]), node: text }),
  z.strictObject({ ...seen, op: z.enum(["away", "back"]), node: text.optional() }),
  z.strictObject({ ...seen, op: z.literal("epoch"), node: text, epoch: whole }),
  z.strictObject({ ...seen, op: z.literal("own"), log: whole, node: text }),
  z.strictObject({ ...seen, op: z.literal("ended"), log: whole }),
  z.strictObject({ ...seen, op: z.literal("adopt"), node: text, of: text, epoch: whole.optional() }),
  z.strictObject({ ...seen, op: z.literal("commit"), node: text, epoch: whole }),
  z.strictObject({
    ...seen,
    op: z.literal("stored"),
    topic: text,
    channel: text.optional(),
    uid: text,
  }),
  z.strictObject({
    ...seen,
    ...place,
    op: z.literal("audit"),
    what: z.enum(["publish", "deliver", "finish", "requeue", "timeout", "touch", "drop"]),
    msgid,
    node: text,
  }),
  z.strictObject({ ...seen, op: z.literal("gap"), node: text, count: whole }),
  z.strictObject({ ...seen, op: z.literal("gauge"), name: text, value: number, max: number }),
  z.strictObject({
    ...seen,
    op: z.enum(["phase", "heal", "end"]),
    phase: z.enum(["calm", "hurt"]).optional(),
    drained: z.boolean().optional(),
    listed: z.boolean().optional(),
  }),
]);

/** With its line feed. */
export function encodeEvent(event: HistoryEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/**
 * Events of a whole file. A last line without its line feed was being written when its writer died, and
 * is left out. Throws an error that says the line's number when one is no event.
 */
export function decodeEvents(text: string): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  let number = 0;
  for (let from = 0; from < text.length; ) {
    const to = text.indexOf("\n", from);
    if (to < 0) break;
    number++;
    if (to > from) events.push(decodeLine(text.slice(from, to), number));
    from = to + 1;
  }
  return events;
}

function decodeLine(line: string, number: number): HistoryEvent {
  if (line.length > lineBytesMax) throw new Error(`line ${number} is too long`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`line ${number} is not JSON`);
  }
  const parsed = eventSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`line ${number}: ${issue?.path.join(".") || "event"}: ${issue?.message}`);
}
