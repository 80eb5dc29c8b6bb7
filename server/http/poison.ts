/** `GET /v1/channel/poison?topic=&channel=&limit=`: what comes again and again, most often tried first (RD12). */
import type { Channel } from "../broker/channel.ts";
import type { Exception } from "../broker/exceptions.ts";
import { messageId } from "../broker/frame.ts";
import { Refusal } from "../http-api/errors.ts";
import { poisonAttempts } from "../protocol/live.ts";
import type { PoisonAnswer, PoisonMessage } from "../protocol/node-reads.ts";
import { existingChannel } from "./arguments.ts";
import { type Answer, type Call, Json } from "./call.ts";
import { First } from "./first.ts";
import { limitOf, roundedBody, upTo } from "./reads.ts";

/** Messages owed one by one that are looked at for one answer. */
const looksMax = 200_000;

export async function poison(call: Call): Promise<Answer> {
  const channel = existingChannel(call);
  if (channel instanceof Refusal) return channel;
  const limit = limitOf(call);
  if (limit instanceof Refusal) return limit;
  const { exceptions } = channel;
  const most = new First<Exception>(limit, ({ attempts }) => -attempts);
  let looks = 0;
  if (exceptions.poisonCount > 0) {
    await call.turns.each(upTo(exceptions, looksMax), (exception) => {
      looks++;
      if (exception.attempts > poisonAttempts) most.add(exception);
    });
  }
  call.ports.now();
  const answer: PoisonAnswer = {
    atMs: Date.now(),
    total: exceptions.poisonCount,
    cut: looks >= looksMax,
    // One that was finished meanwhile is none any more.
    messages: most
      .taken()
      .filter(({ log, seq }) => exceptions.get(log, seq) !== undefined)
      .map((exception) => poisonMessage(channel, exception)),
  };
  return new Json(answer);
}

function poisonMessage({ broker }: Channel, exception: Exception): PoisonMessage {
  const { log, seq, attempts, state, atMs, owner } = exception;
  const identity = state === "held" ? owner?.consumer.identity : undefined;
  return {
    ...{ id: messageId(log.id, seq), attempts, ...roundedBody(exception, seq) },
    state: state === "held" ? "in-flight" : state === "deferred" ? "deferred" : "waiting",
    dueAtMs: state === "held" || state === "deferred" ? Math.round(broker.wallOf(atMs)) : null,
    client: identity
      ? { clientId: identity.clientId, hostname: identity.hostname, address: identity.remoteAddress }
      : null,
  };
}
