/** Publishing one message from a page, through a node's `/pub`, exactly as any producer would. */
import type { Subscription } from "../collector/subscription.ts";
import { type PublishRequest, type PublishResult, publishBytesMax } from "../contract/index.ts";
import type { ActionContext } from "./actions.ts";
import { Failure } from "./failure.ts";
import { nodeCodeOf } from "./nodes.ts";

export async function publish(context: ActionContext, request: PublishRequest): Promise<PublishResult> {
  const body = decode(request);
  const node = chooseNode(context, request.node);
  const defer = request.deferMs === undefined ? {} : { defer: String(request.deferMs) };
  const query = { topic: request.topic, ...defer };
  const answer = await node.peer.call({ method: "POST", path: "/pub", query, body });
  const code = answer.status === 0 ? answer.body : nodeCodeOf(answer);
  const { collector, by, log } = context;
  log.write({
    ...by,
    action: "publish",
    object: { topic: request.topic, node: node.key, bytes: body.length, deferMs: request.deferMs ?? null },
    result: answer.status === 200 ? "ok" : code,
  });
  if (answer.status === 0) {
    // The request may have arrived all the same: what happened is not known.
    throw new Failure("node-unreachable", `${node.key} did not confirm the message: ${answer.body}.`);
  }
  if (answer.status !== 200) {
    throw new Failure("node-refused", `${node.key} refused the message: ${code}.`, { nodeCode: code });
  }
  return {
    node: node.key,
    bytes: body.length,
    tookMs: answer.tookMs,
    answer: answer.body,
    dueAtMs: request.deferMs === undefined ? null : collector.clock.wallMs() + request.deferMs,
  };
}

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
