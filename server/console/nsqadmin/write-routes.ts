/** nsqadmin's writes: who may is checked first, everybody who wants to know is told, and each is recorded. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { demandFresh } from "../auth/authorize.ts";
import { isName } from "../contract/index.ts";
import type { Visitor } from "./access.ts";
import { findNode, warningOf } from "./read-routes.ts";
import { NsqRefusal } from "./refusal.ts";
import type { NsqadminOptions } from "./routes.ts";
import { type Failures, kindOf, type Place, verbOf, Writes } from "./writes.ts";

type TopicParams = { Params: { topic: string } };
type ChannelParams = { Params: { topic: string; channel: string } };

export function writeRoutes(app: FastifyInstance, options: NsqadminOptions): void {
  const { access, upstream, tell, clock, levelNow } = options;
  const writes = new Writes(upstream);

  /**
   * Does it and says what failed. `acts`: what it is to those who are told of it.
   * `always`: they are told even when it has failed, as nsqadmin does it with pausing and emptying (AD5).
   */
  const perform = async (
    request: FastifyRequest,
    visitor: Visitor,
    acts: readonly { readonly action: string; readonly place: Place; readonly node?: string }[],
    always: boolean,
    work: () => Promise<Failures>,
  ) => {
    const done = (failures: Failures | null) => {
      for (const { action, place, node } of acts) {
        const more = node === undefined ? {} : { node };
        tell.record(request, visitor, { action, ...place, ...more, failures });
        if (failures || always) tell.notify(request, visitor, { action, ...place, ...more });
      }
    };
    try {
      const failures = await work();
      done(failures);
      return { message: warningOf({ errors: failures }) };
    } catch (error) {
      done(null);
      throw error;
    }
  };

  /** What weighs most wants of whoever is signed in here what the console's own pages want of them. */
  const proven = (request: FastifyRequest, visitor: Visitor, verb: "empty" | "delete", place: Place) => {
    const { topic, channel } = place;
    if (visitor.signedIn === null || channel !== undefined) return;
    if (levelNow(`${verb}-topic`, topic) < 3) return;
    try {
      demandFresh(visitor.signedIn, clock.wallMs());
    } catch (error) {
      tell.record(request, visitor, {
        ...{ action: `${verb}_topic`, topic, failures: null, refusal: "fresh-needed" },
      });
      throw error;
    }
  };

  app.post("/api/topics", async (request) => {
    const visitor = await access.admin(request);
    const { topic, channel = "" } = decode(request.body) as { topic?: unknown; channel?: unknown };
    if (typeof topic !== "string" || !isName(topic)) throw new NsqRefusal(400, "INVALID_TOPIC");
    access.demand(visitor, "create", { topic });
    if (channel === "") {
      const acts = [{ action: "create_topic", place: { topic } }];
      return perform(request, visitor, acts, false, () => writes.create({ topic }));
    }
    if (typeof channel !== "string" || !isName(channel)) throw new NsqRefusal(400, "INVALID_CHANNEL");
    access.demand(visitor, "create", { topic, channel });
    const acts = [
      { action: "create_topic", place: { topic } },
      { action: "create_channel", place: { topic, channel } },
    ];
    return perform(request, visitor, acts, false, () => writes.create({ topic, channel }));
  });

  const act = async (request: FastifyRequest, place: Place) => {
    const visitor = await access.admin(request);
    const verb = verbOf((decode(request.body) as { action?: unknown }).action);
    access.demand(visitor, verb === "empty" ? "empty" : "pause", place);
    if (verb === "empty") proven(request, visitor, verb, place);
    const acts = [{ action: `${verb}_${kindOf(place)}`, place }];
    return perform(request, visitor, acts, true, () => writes.act(verb, place));
  };
  app.post<TopicParams>("/api/topics/:topic", (request) => act(request, request.params));
  app.post<ChannelParams>("/api/topics/:topic/:channel", (request) => act(request, request.params));

  const remove = async (request: FastifyRequest, place: Place) => {
    const visitor = await access.admin(request);
    access.demand(visitor, "delete", place);
    proven(request, visitor, "delete", place);
    const acts = [{ action: `delete_${kindOf(place)}`, place }];
    return perform(request, visitor, acts, false, () => writes.delete(place));
  };
  app.delete<TopicParams>("/api/topics/:topic", (request) => remove(request, request.params));
  app.delete<ChannelParams>("/api/topics/:topic/:channel", (request) => remove(request, request.params));

  app.delete<{ Params: { node: string } }>("/api/nodes/:node", async (request) => {
    const visitor = await access.admin(request);
    const { topic } = decodeOr(request.body, "INVALID_BODY") as { topic?: unknown };
    if (typeof topic !== "string" || !isName(topic)) throw new NsqRefusal(400, "INVALID_TOPIC");
    access.demand(visitor, "tombstone", { topic, node: request.params.node });
    // It deletes the topic on that node.
    proven(request, visitor, "delete", { topic });
    // Only to a node that somebody has named: a script's word is no address to connect to.
    const producer = findNode((await upstream.producers()).value, request.params.node);
    if (!producer) throw new NsqRefusal(404, "NODE_NOT_FOUND");
    const acts = [{ action: "tombstone_topic_producer", place: { topic }, node: request.params.node }];
    return perform(request, visitor, acts, false, () => writes.tombstone(producer, topic));
  });
}

/** A JSON object, refused in the words of Go's decoder. */
function decode(body: unknown): object {
  const text = typeof body === "string" ? body.trim() : "";
  if (text === "") throw new NsqRefusal(400, "EOF");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new NsqRefusal(400, isCut(text, error as Error) ? "unexpected EOF" : "invalid character");
  }
  if (typeof value !== "object" || Array.isArray(value))
    throw new NsqRefusal(400, "json: cannot unmarshal value into an object");
  return value ?? {};
}

/** Nothing is wrong with it but that it ends too soon. */
function isCut(text: string, { message }: Error): boolean {
  const position = / at position (\d+)/.exec(message)?.[1];
  return position === undefined ? message.includes("end of JSON") : Number(position) === text.length;
}

function decodeOr(body: unknown, refusal: string): object {
  try {
    return decode(body);
  } catch {
    throw new NsqRefusal(400, refusal);
  }
}
