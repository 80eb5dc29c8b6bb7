/**
 * Bodies of messages, through the node that has them. The console keeps none: what is finished on every channel, or
 * went with a node's memory, is not to be had any more, and that is said (MB1-MB3).
 */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { type MessageAnswer, messageBytesMax } from "../../protocol/node-reads.ts";
import { objectOfPath } from "../auth/policy.ts";
import type { Collector } from "../collector/collector.ts";
import type { Subscription } from "../collector/subscription.ts";
import {
  apiBase,
  type BodyAnswer,
  bodyBytesFirst,
  bodyBytesShown,
  isName,
  messageIdPattern,
  nameOfPart,
} from "../contract/index.ts";
import { type ActionLog, askedBy } from "./action-log.ts";
import { type Asked, ask, find } from "./body-reads.ts";
import { Failure } from "./failure.ts";
import { parse } from "./requests.ts";

interface BodiesOptions {
  readonly collector: Collector;
  readonly log: ActionLog;
}

const bodyQuery = z.strictObject({ whole: z.enum(["1"]).optional() });
const policy = { config: { policy: { action: "read-bodies", object: objectOfPath } } } as const;

export function bodyRoutes(app: FastifyInstance, { collector, log }: BodiesOptions): void {
  const path = `${apiBase}/topics/:topic/messages/:id`;
  app.get(path, policy, async (request): Promise<BodyAnswer> => {
    const asked = askedOf(request);
    const { whole } = parse(bodyQuery, request.query);
    const bytes = whole === undefined ? bodyBytesFirst : bodyBytesShown;
    const found = await find(collector, asked, bytes);
    if (found === null) return { found: null };
    const { node, answer } = found;
    const { publishedAtMs, where, body } = answer;
    const here = Buffer.byteLength(body, "base64");
    return {
      found: {
        ...asked,
        ...{ node: node.key, where, publishedAtMs, bytes: answer.bytes, body },
        cut: here < answer.bytes,
      },
    };
  });
  app.get(`${path}/file`, policy, async (request, reply) => {
    const asked = askedOf(request);
    const found = await find(collector, asked, messageBytesMax);
    if (found === null)
      throw new Failure(
        "not-found",
        "No node has this message any more: a body is kept only while some channel still needs it.",
      );
    const { node, answer } = found;
    log.write({
      ...askedBy(request),
      action: "export",
      object: { topic: asked.topic, node: node.key, what: "body", id: asked.id, bytes: answer.bytes },
      result: "ok",
    });
    reply.headers({
      // Never anything that a browser would show or run.
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${asked.id}.bin"`,
    });
    return reply.send(Readable.from(whole(node, asked, answer), { objectMode: false }));
  });
}

function askedOf(request: FastifyRequest): Asked {
  const { topic, id } = request.params as { topic: string; id: string };
  const name = nameOfPart(topic);
  if (!isName(name) || !messageIdPattern.test(id))
    throw new Failure("bad-request", "That is not a message: a topic's name, and 16 hexadecimal digits.");
  return { topic: name, id };
}

/** In parts, each asked for when the one before has gone out. */
async function* whole(node: Subscription, asked: Asked, first: MessageAnswer): AsyncGenerator<Buffer> {
  let part = Buffer.from(first.body, "base64");
  for (let sent = 0; ; ) {
    yield part;
    sent += part.length;
    if (sent >= first.bytes) return;
    const next = await ask(node, asked, sent, messageBytesMax);
    if (next.kind !== "has" || next.answer.body === "") throw new Error("the message went while it was read");
    part = Buffer.from(next.answer.body, "base64");
  }
}
