/** What a node may send on `/v1/live` and `/v1/tap`, checked. Fields we do not know are left out. */
import { z } from "zod";
import { type LiveLine, type OutcomeLine, outcomeEvents, type TapLine } from "../../protocol/live.ts";

const count = z.number().nonnegative();
const name = z.string().min(1).max(128);
const text = z.string().max(1_024);

/** How far a node has handed over what it has: in its status, and a line of its answer to `POST /v1/drain`. */
export const drain = z.object({
  state: z.enum(["running", "done", "failed"]),
  startedAtMs: z.number(),
  logs: count,
  logsLeft: count,
  messages: count,
  messagesLeft: count,
  reason: text.nullable(),
});

const latency = z.object({
  count,
  percentiles: z.array(z.object({ quantile: z.number().positive().max(1), ms: count })).max(16),
});

const channel = z.object({
  name,
  paused: z.boolean(),
  ephemeral: z.boolean(),
  depth: count,
  memoryDepth: count,
  storedDepth: count,
  inFlight: count,
  deferred: count,
  messageCount: count,
  deliverCount: count,
  finishCount: count,
  requeueCount: count,
  timeoutCount: count,
  // A node one version older does not say.
  poisonCount: count.nullable().default(null),
  clientCount: count,
  latency: latency.nullable(),
  oldestAgeMs: z.number().nullable(),
});

const topic = z.object({
  name,
  paused: z.boolean(),
  ephemeral: z.boolean(),
  // A node one version older has none.
  durable: z.boolean().default(false),
  depth: count,
  memoryDepth: count,
  storedDepth: count,
  messageCount: count,
  messageBytes: count,
  oldestAgeMs: z.number().nullable(),
  channels: z.array(channel),
});

const store = z.object({
  kind: z.enum(["postgres", "files", "memory"]),
  state: z.enum(["up", "down", "starting"]),
  sinceMs: z.number(),
  reason: text.nullable(),
  writingBytes: count,
  auditLagMs: count,
  auditEvents: count,
  auditGaps: count,
  commitP50Ms: count.nullable(),
  commitP99Ms: count.nullable(),
  // A node one version older does not say.
  durability: z
    .object({
      state: z.enum(["kept", "at-risk", "refused"]),
      unsafeSettings: z.array(text).max(8),
      synchronousStandbys: text,
      synchronousConnected: count.nullable(),
    })
    .nullable()
    .default(null),
});

const cluster = z.object({
  epoch: count.nullable(),
  lease: z.enum(["held", "overdue", "lost", "waiting"]),
  ttlMs: count,
  renewedAgoMs: count.nullable(),
  testing: z.boolean().default(false),
  logs: count.nullable().default(null),
  others: z
    .array(
      z.object({
        nodeId: text,
        hostname: text,
        epoch: count,
        ttlMs: count,
        unrenewedMs: count,
        released: z.boolean(),
        holds: z.boolean(),
        logs: count.nullable().default(null),
      }),
    )
    .max(256),
  adoptions: z
    .array(
      z.object({
        nodeId: text,
        epoch: count,
        atMs: z.number(),
        waitedMs: count,
        // A node one version older does neither.
        forced: z.boolean().default(false),
        state: z.enum(["taking", "loading", "done", "failed"]),
        logs: count,
        messages: count.nullable(),
        takeMs: count.nullable(),
        loadMs: count.nullable(),
        reason: text.nullable(),
      }),
    )
    .max(64),
  drain: drain.nullable(),
});

const node = z.object({
  id: text,
  version: text,
  hostname: text,
  broadcastAddress: text,
  tcpPort: z.number(),
  httpPort: z.number(),
  // A node one version older does not say.
  region: text.default(""),
  zone: text.default(""),
  startedAtMs: z.number(),
  health: text,
  connections: count,
  producers: count,
  consumers: count,
  rssBytes: count,
  cpu: count,
  loopLagP99Ms: count,
  memBytes: count,
  memBytesMax: count,
  pressure: z.enum(["none", "hold", "refuse"]),
  // A node one version older does not say.
  clusterDifferences: count.nullable().default(null),
  cluster: cluster.nullable().default(null),
  store,
});

const head = { rev: z.number(), atMs: z.number(), node };
const liveLine = z.discriminatedUnion("type", [
  z.object({ type: z.literal("snapshot"), ...head, topics: z.array(topic) }),
  z.object({ type: z.literal("delta"), ...head, changed: z.array(topic), removed: z.array(name) }),
]);

const sampledLine = z.object({
  ...{ type: z.literal("sampled"), seen: count, shown: count },
  ...{ matched: count.optional(), unlooked: count.optional() },
});
/** Names that clients give themselves are cut here. */
const clientText = z.string().transform((text) => text.slice(0, 256));

const tapLine = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("message"),
    id: z.string().max(32),
    atMs: z.number(),
    bytes: count,
    // 64 KB, in base64.
    body: z.string().max(90_000),
  }),
  sampledLine,
]);

const outcomeLine = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("outcome"),
    atMs: z.number(),
    event: z.enum(outcomeEvents),
    id: z.string().max(32),
    count,
    channel: z.string().max(64),
    attempts: count,
    delayMs: count,
    client: z.object({ clientId: clientText, hostname: clientText, address: clientText }).nullable(),
  }),
  sampledLine,
]);

/** A line of the live stream, or null when it is not one. */
export function parseLiveLine(line: string): LiveLine | null {
  return parse(liveLine, line);
}

export function parseTapLine(line: string): TapLine | null {
  return parse(tapLine, line);
}

function parse<T>(schema: z.ZodType<T>, line: string): T | null {
  try {
    return schema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

export function parseOutcomeLine(line: string): OutcomeLine | null {
  return parse(outcomeLine, line);
}
