/** One question to many nodes, and what became of each. */
import { z } from "zod";
import { mapBounded } from "../bounded.ts";
import type { Subscription } from "../collector/subscription.ts";
import type { NodeRead, ReadLimit } from "../contract/index.ts";

const askedAtOnceMax = 16;
const answerTimeoutMs = 3_000;
const answerBytesMax = 4 * 1024 * 1024;

export interface Asked<T> {
  readonly node: Subscription;
  /** null: see `read`. */
  readonly answer: T | null;
  readonly read: NodeRead;
}

export interface Question<T> {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly schema: z.ZodType<T>;
  /** Rows the node has. */
  readonly total: (answer: T) => number | null;
  /** Where a genuine nsqd can say some of it all the same. */
  readonly genuine?: Omit<Question<T>, "genuine">;
}

export function askNodes<T>(nodes: readonly Subscription[], question: Question<T>): Promise<Asked<T>[]> {
  return mapBounded(nodes, askedAtOnceMax, (node) => askNode(node, question));
}

async function askNode<T>(node: Subscription, question: Question<T>): Promise<Asked<T>> {
  const about = (read: Partial<NodeRead> & Pick<NodeRead, "state">, answer: T | null = null): Asked<T> => ({
    node,
    answer,
    read: { node: node.key, limit: null, reason: null, total: null, ...read },
  });
  if (node.limits !== null && question.genuine === undefined)
    return about({ state: "cannot", limit: node.limits.rule });
  const { path, query, schema, total } = node.limits === null ? question : question.genuine!;
  const { status, body } = await node.peer.call({
    ...{ method: "GET", path, query },
    ...{ timeoutMs: answerTimeoutMs, bytesMax: answerBytesMax },
  });
  if (status === 0) return about({ state: "unreachable", reason: body });
  if (status === 404 && /_NOT_FOUND/.test(body)) return about({ state: "ok", total: 0 });
  const limit = limitOf(status);
  if (limit !== null) return about({ state: "cannot", limit });
  const parsed = status === 200 ? schema.safeParse(jsonOf(body)) : null;
  if (!parsed?.success)
    return about({ state: "unreachable", reason: `it answered ${status}, which is not understood` });
  return about({ state: "ok", total: total(parsed.data) }, parsed.data);
}

/** A path that is not there is an older node's: its live stream says that it is one of ours. */
function limitOf(status: number): ReadLimit | null {
  if (status === 404) return "older";
  return status === 401 || status === 403 ? "secret-refused" : null;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Bounded text that a node says of its clients. */
export const text = z.string().max(1_024).catch("");
export const count = z.number().nonnegative();
