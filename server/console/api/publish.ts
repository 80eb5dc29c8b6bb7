/** Publishing from a page, through a node's `/pub` and `/mpub`, exactly as any producer would. */
import type { PublishKeys } from "../bridge/publish-keys.ts";
import type { Subscription } from "../collector/subscription.ts";
import {
  messageIdPattern,
  type PublishRequest,
  type PublishResult,
  publishBytesMax,
  publishCountMax,
  publishDeferredMax,
} from "../contract/index.ts";
import type { PeerAnswer } from "../http-peer.ts";
import type { ActionContext } from "./actions.ts";
import { Failure } from "./failure.ts";
import { nodeCodeOf } from "./nodes.ts";

interface Published {
  readonly ok: true;
  readonly result: PublishResult;
}

export type PagePublishKeys = PublishKeys<Published>;

/** Once for each key that comes with it. Throws `Failure`. */
export async function publish(
  context: ActionContext,
  request: PublishRequest,
  keys: PagePublishKeys,
): Promise<PublishResult> {
  const { topic, key } = request;
  if (key === undefined) return await publishNow(context, request);
  const { by, collector, log } = context;
  const { answer, again } = await keys.once(
    { user: by.actor.name, topic, key },
    collector.clock.nowMs(),
    async () => ({ ok: true, result: await publishNow(context, request) }),
  );
  if (again)
    log.write({ ...by, action: "publish", object: { topic, node: answer.result.node }, result: "no-op" });
  return { ...answer.result, again };
}

/** Several go as one MPUB, all of them or none; deferred ones one by one, since NSQ defers no MPUB. Throws `Failure`. */
async function publishNow(context: ActionContext, request: PublishRequest): Promise<PublishResult> {
  const bodies = bodiesOf(request);
  const node = chooseNode(context, request.node);
  const { topic, deferMs = 0 } = request;
  const { collector, by, log } = context;
  const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
  let accepted = 0;
  let tookMs = 0;
  let answer: PeerAnswer = { status: 0, body: "", tookMs: 0, headers: {} };
  for (const call of callsOf(topic, bodies, deferMs)) {
    answer = await node.peer.call({ method: "POST", ...call });
    tookMs += answer.tookMs;
    if (answer.status !== 200) break;
    accepted += call.messages;
  }
  const code = answer.status === 0 ? answer.body : nodeCodeOf(answer);
  log.write({
    ...by,
    action: "publish",
    object: { topic, node: node.key, bytes, messages: bodies.length, accepted, deferMs },
    result: answer.status === 200 ? "ok" : code,
  });
  const part = accepted > 0 ? ` Before that it took ${accepted} of ${bodies.length}.` : "";
  if (answer.status === 0) {
    // The request may have arrived all the same: what happened is not known.
    const what = bodies.length === 1 ? "the message" : "the messages";
    throw new Failure("node-unreachable", `${node.key} did not confirm ${what}: ${answer.body}.${part}`);
  }
  if (answer.status !== 200) {
    const what = bodies.length === 1 ? "the message" : "the messages";
    throw new Failure("node-refused", `${node.key} refused ${what}: ${code}.${part}`, { nodeCode: code });
  }
  const id = answer.headers["x-nsq-message-id"];
  return {
    ...{ node: node.key, bytes, messages: bodies.length, tookMs, answer: answer.body },
    dueAtMs: deferMs === 0 ? null : collector.clock.wallMs() + deferMs,
    durable: node.state.topics.get(topic)?.live.durable ?? null,
    messageId: bodies.length === 1 && typeof id === "string" && messageIdPattern.test(id) ? id : null,
    again: false,
  };
}

function* callsOf(topic: string, bodies: readonly Buffer[], deferMs: number) {
  if (bodies.length > 1 && deferMs === 0) {
    yield { path: "/mpub", query: { topic, binary: "true" }, body: binary(bodies), messages: bodies.length };
    return;
  }
  // A node of Weir then says the id in a header; NSQ's does not know the word, and answers as ever.
  const query = { topic, id: "true", ...(deferMs > 0 && { defer: String(deferMs) }) };
  for (const body of bodies) yield { path: "/pub", query, body, messages: 1 };
}

/** NSQ's: how many, then each with its length before it. */
function binary(bodies: readonly Buffer[]): Buffer {
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  return Buffer.concat([number(bodies.length), ...bodies.flatMap((body) => [number(body.length), body])]);
}

function bodiesOf(request: PublishRequest): readonly Buffer[] {
  const { lines = false, count = 1, deferMs = 0 } = request;
  const bodies = lines
    ? request.body.split(/\r?\n/).flatMap((line) => (line === "" ? [] : [Buffer.from(line)]))
    : new Array<Buffer>(count).fill(decode(request));
  const most = deferMs > 0 ? publishDeferredMax : publishCountMax;
  if (lines && (count > 1 || (request.encoding ?? "text") !== "text"))
    throw new Failure("bad-request", "Messages by line are text, each once.");
  if (bodies.length === 0) throw new Failure("bad-request", "The body is empty: NSQ refuses that.");
  if (bodies.length > most)
    throw new Failure(
      "too-large",
      `${bodies.length} messages: at most ${most} at once${deferMs > 0 ? ", deferred" : ""}.`,
    );
  const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
  if (bytes > publishTotalBytesMax)
    throw new Failure("too-large", `${bytes} bytes in all: at most ${publishTotalBytesMax} at once.`);
  return bodies;
}

/** Of all bodies together: below `--max-body-size` of a node, with what is around each. */
const publishTotalBytesMax = 4 * 1024 * 1024;

function decode({ body, encoding = "text" }: PublishRequest): Buffer {
  const compact = body.replace(/\s+/g, "");
  if (encoding === "hex" && !/^([0-9a-f]{2})*$/i.test(compact)) {
    throw new Failure("bad-request", "The body is not hexadecimal: two digits a byte.");
  }
  if (
    encoding === "base64" &&
    !/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?)?$/.test(compact)
  ) {
    throw new Failure("bad-request", "The body is not base64.");
  }
  const bytes = Buffer.from(encoding === "text" ? body : compact, encoding === "text" ? "utf8" : encoding);
  if (bytes.length === 0) throw new Failure("bad-request", "The body is empty: NSQ refuses that.");
  if (bytes.length > publishBytesMax)
    throw new Failure("too-large", `The body is over ${publishBytesMax} bytes.`);
  return bytes;
}

function chooseNode({ collector }: ActionContext, key: string | undefined): Subscription {
  if (key !== undefined) {
    const node = collector.node(key);
    if (!node) throw new Failure("not-found", "This console has no such node.");
    return node;
  }
  const up = collector.nodes.filter((node) => node.fresh);
  const node = up.find((candidate) => candidate.state.node?.pressure === "none") ?? up[0];
  if (!node) throw new Failure("no-node", "No node answers now.");
  return node;
}
