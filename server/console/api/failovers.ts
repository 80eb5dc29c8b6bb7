/**
 * That a node takes over from another which may live, and that one lets its lease run out as a test: both weigh as much
 * as a drain, and are recorded whatever becomes of them (FO4).
 */
import { z } from "zod";
import type { Proven } from "../auth/authorize.ts";
import { clusterView } from "../collector/cluster.ts";
import type { Collector } from "../collector/collector.ts";
import {
  type Adopted,
  type AdoptRequest,
  type FailoverTestRequest,
  type FailoverTestStarted,
  isProduction,
} from "../contract/index.ts";
import type { HttpPeer } from "../http-peer.ts";
import type { ActionLog, AskedBy } from "./action-log.ts";
import { confirmedDrain } from "./drains.ts";
import { Failure } from "./failure.ts";
import { nodeCodeOf } from "./nodes.ts";

const adoptTimeoutMs = 30_000;
const testTimeoutMs = 5_000;

const adopted = z.object({ logs: z.number().int().positive() });
const started = z.object({ restMs: z.number().positive() });

export interface FailoverContext {
  readonly collector: Collector;
  readonly log: ActionLog;
  readonly by: AskedBy;
  readonly proven: Proven;
}

/** Throws `Failure`. */
export async function forceAdopt(
  context: FailoverContext,
  by: string,
  request: AdoptRequest,
): Promise<Adopted> {
  const { collector } = context;
  const other = clusterView(collector).nodes.find(({ key }) => key === request.of);
  const peer = collector.node(by)?.peer;
  if (other === undefined || peer === undefined) throw new Failure("not-found", "There is no such node.");
  const object = { node: other.node ?? other.key, by };
  return recorded(context, "force-adopt", object, request.reason, async () => {
    confirm(context, object.node, request);
    const query = { node: other.key };
    const call = { method: "POST", path: "/v1/adopt", query, timeoutMs: adoptTimeoutMs } as const;
    const { logs } = await answerOf(peer, call, adopted);
    return { logs, requestId: context.by.requestId ?? "" };
  });
}

/** Throws `Failure`. `environment`: what the console was told that this system is. */
export async function testFailover(
  context: FailoverContext,
  node: string,
  request: FailoverTestRequest,
  environment: string,
): Promise<FailoverTestStarted> {
  const peer = context.collector.node(node)?.peer;
  if (peer === undefined) throw new Failure("not-found", "There is no such node.");
  return recorded(context, "test-failover", { node }, request.reason, async () => {
    if (isProduction(environment))
      throw new Failure("in-production", "Failover is tested where the environment is not production.");
    confirm(context, node, request);
    const call = { method: "POST", path: "/v1/failover", timeoutMs: testTimeoutMs } as const;
    const { restMs } = await answerOf(peer, call, started);
    return { restMs, requestId: context.by.requestId ?? "" };
  });
}

function confirm({ proven, collector }: FailoverContext, name: string, request: FailoverTestRequest): void {
  confirmedDrain(name, request, proven, collector.clock.wallMs());
}

async function recorded<T extends object>(
  { log, by }: FailoverContext,
  action: "force-adopt" | "test-failover",
  object: { readonly node: string; readonly by?: string },
  reason: string,
  act: () => Promise<T>,
): Promise<T> {
  try {
    const after = await act();
    log.write({ ...by, action, object, after, reason, result: "ok" });
    return after;
  } catch (error) {
    const result = error instanceof Failure ? error.code : "internal";
    log.write({ ...by, action, object, after: null, reason, result });
    throw error;
  }
}

async function answerOf<T>(
  peer: HttpPeer,
  call: Parameters<HttpPeer["call"]>[0],
  schema: z.ZodType<T>,
): Promise<T> {
  const { key } = peer.address;
  const answer = await peer.call(call);
  if (answer.status === 0) throw new Failure("node-unreachable", `${key} does not answer: ${answer.body}.`);
  const refused = (why: string) =>
    new Failure("node-refused", `${key} refuses: ${why}.`, { nodeCode: nodeCodeOf(answer) });
  if (answer.status === 404) throw refused("it does not know how to: it is older, or no node of Weir");
  if (answer.status !== 200) throw refused(nodeCodeOf(answer));
  try {
    return schema.parse(JSON.parse(answer.body));
  } catch {
    throw refused("it answered what is not understood");
  }
}
