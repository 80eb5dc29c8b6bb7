/** What browsers may ask of jobs, checked. Unknown fields are refused. */
import { z } from "zod";
import { exportParams } from "../api/requests.ts";
import { isName, type JobRequest, perSecondMax } from "../contract/index.ts";

const name = z.string().max(64).refine(isName, "not a valid name of a topic or channel");
const nodeKey = z.string().min(1).max(260);
export const jobId = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "not a job's id");

export const jobRequest = z
  .strictObject({
    id: jobId,
    kind: z.enum(["empty", "delete", "requeue", "drain", "export"]),
    dryRun: z.boolean().optional(),
    topic: name.optional(),
    channel: name.optional(),
    node: nodeKey.optional(),
    nodes: z.array(nodeKey).min(1).max(100).optional(),
    requeue: z
      .strictObject({
        state: z.enum(["in-flight", "deferred", "both"]).optional(),
        attemptsMin: z.number().int().min(0).max(65_535).optional(),
        perSecond: z.number().int().min(1).max(perSecondMax).optional(),
        gentle: z.boolean().optional(),
      })
      .optional(),
    export: exportParams.optional(),
    confirm: z.strictObject({ name: nodeKey, etag: z.string().max(128).optional() }).optional(),
    reason: z.string().max(1_000).optional(),
  })
  .refine(
    ({ kind, topic, channel, node, requeue, export: exported }) =>
      (kind === "drain") === (node !== undefined) &&
      (kind === "export" || (kind === "drain") === (topic === undefined)) &&
      (kind === "export") === (exported !== undefined) &&
      (kind !== "requeue" || channel !== undefined) &&
      (kind === "requeue" || requeue === undefined) &&
      (kind !== "drain" || channel === undefined),
    {
      message: "topic, channel, node, requeue and export belong to the kinds that are about them",
      path: ["kind"],
    },
  ) as unknown as z.ZodType<JobRequest>;
