/** What may be asked of alerts, checked. Unknown fields are refused. */
import { z } from "zod";
import {
  type AlertCondition,
  type AlertRuleInput,
  alertConditions,
  alertLimits,
  globCharactersMax,
  globPattern,
  type MuteRequest,
  type WebhookInput,
} from "../contract/index.ts";
import { urlRefusal } from "./send.ts";

const text = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    // A name with a line's end in it would be two in whatever shows it.
    .refine((value) => !/\p{Cc}/u.test(value), "no control characters");
const glob = z.string().min(1).max(globCharactersMax).regex(globPattern, "not a pattern of names");
const condition = z.enum(Object.keys(alertConditions) as [AlertCondition, ...AlertCondition[]]);

export const ruleRequest: z.ZodType<AlertRuleInput> = z
  .strictObject({
    name: text(alertLimits.nameCharacters),
    condition,
    threshold: z.number().min(0).max(alertLimits.thresholdMax).nullable(),
    forMs: z.number().int().min(alertLimits.forMs[0]).max(alertLimits.forMs[1]),
    severity: z.enum(["warn", "crit"]),
    topics: glob,
    channels: glob,
    enabled: z.boolean(),
  })
  .refine((rule) => (alertConditions[rule.condition].unit === "none") === (rule.threshold === null), {
    message: "a threshold where the condition has one, and nowhere else",
    path: ["threshold"],
  });

export const muteRequest: z.ZodType<MuteRequest> = z.strictObject({
  rule: z.uuid(),
  object: z.string().min(1).max(300).nullable(),
  forMs: z.number().int().min(alertLimits.muteMs[0]).max(alertLimits.muteMs[1]).nullable(),
  reason: z.string().max(1_000).optional(),
});

export const webhookRequest: z.ZodType<WebhookInput> = z
  .strictObject({
    name: text(alertLimits.nameCharacters),
    url: z.string().max(alertLimits.urlCharacters),
    enabled: z.boolean(),
  })
  .superRefine(({ url }, context) => {
    const refusal = urlRefusal(url);
    if (refusal !== null) context.addIssue({ code: "custom", message: refusal, path: ["url"] });
  });

export const idParam = z.strictObject({ id: z.uuid() });

/** `<ms>.<uuid>`: where a page of the history ended. */
export const historyQuery = z.strictObject({
  before: z
    .string()
    .regex(/^\d{1,15}\.[0-9a-f-]{36}$/)
    .optional(),
});
