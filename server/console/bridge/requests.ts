/** What browsers send, checked: a handshake, and the arguments of each event. */
import { z } from "zod";
import {
  type Act,
  answersPerEventMax,
  delayMsMax,
  protocolVersion,
  rdyMost,
} from "../../../client/browser/protocol.ts";

const name = z
  .string()
  .regex(/^[.a-zA-Z0-9_-]{1,64}(#ephemeral)?$/)
  .max(64);
const count = z.int().min(0).max(rdyMost);
const tags = z
  .array(
    z
      .int()
      .min(1)
      .max(2 ** 32 - 1),
  )
  .min(1)
  .max(answersPerEventMax);
const delayMs = z.int().min(0).max(delayMsMax);
/** Longer than anything that is understood; what is understood, `tailWanted` says. */
const tailText = z.string().max(300).optional();
const token = z.string().max(100);

/** Anything that has been a version of it has these two. */
export const anyHandshake = z.object({ protocol: z.int(), token });
export const handshake = z.strictObject({
  protocol: z.literal(protocolVersion),
  token,
  tab: z.string().min(1).max(64),
  page: z.string().max(200),
});

const act = z.union([
  z.tuple([z.literal("fin"), tags]),
  z.tuple([z.literal("req"), tags, delayMs]),
  z.tuple([z.literal("touch"), tags]),
]);

export const eventArgs = {
  sub: z.tuple([z.strictObject({ topic: name, channel: name, rdy: count })]),
  rdy: z.tuple([count]),
  answer: z.tuple([
    z
      .array(act)
      .min(1)
      .max(answersPerEventMax)
      .refine((acts) => tagsIn(acts) <= answersPerEventMax, "too many answers in one event"),
  ]),
  tail: z.tuple([
    z.strictObject({
      topic: name,
      ...{ filter: tailText, outcome: tailText, channel: tailText },
      ...{ attempts: tailText, client: tailText, node: tailText },
    }),
  ]),
  pub: z.tuple([
    z.strictObject({
      topic: name,
      deferMs: delayMs.optional(),
      key: z.string().min(1).max(128).optional(),
    }),
    z.instanceof(Uint8Array),
  ]),
  refresh: z.tuple([token]),
} as const;

function tagsIn(acts: readonly Act[]): number {
  return acts.reduce((sum, [, of]) => sum + of.length, 0);
}
