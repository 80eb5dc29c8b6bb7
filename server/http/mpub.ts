/**
 * `POST /mpub`: many messages, as lines or counted. All of them are checked before the first is
 * published. A body of a million tiny messages is worked off in slices (HX6).
 */
import type { Log } from "../broker/log.ts";
import type { Topic } from "../broker/topic.ts";
import { declaredBytes } from "../http-api/body.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery } from "../http-api/target.ts";
import { topicName } from "./arguments.ts";
import type { Answer, Call } from "./call.ts";
import { Counted, type Items, Lines } from "./items.ts";
import { bodyRefusal, putAnswer, viewOf, whenItCounts } from "./publish.ts";

/** Messages between two looks at the clock. */
const lookEvery = 256;
const binaryWords: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

export async function publishMany(call: Call): Promise<Answer> {
  const { ports, held, bodies } = call;
  const bytesMax = ports.options["max-body-size"];
  if ((declaredBytes(call.request) ?? 0) > bytesMax) return new Refusal("BODY_TOO_BIG");
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const name = topicName(query);
  if (name instanceof Refusal) return name;
  ports.now();
  ports.broker.ensureTopic(name);
  const binary = isBinary(call, query.get("binary"));

  await held.room();
  const body = await bodies.read(call, bytesMax);
  if (typeof body === "string") return bodyRefusal(body, "BODY_TOO_BIG");

  const items = (): Items => {
    const messageBytesMax = ports.options["max-msg-size"];
    return binary ? new Counted(body, messageBytesMax, bytesMax) : new Lines(body, messageBytesMax);
  };
  const refused = await check(call, items());
  if (refused) return refused;
  return put(call, name, body, items());
}

function isBinary(call: Call, word: string | undefined): boolean {
  if (word === undefined) return false;
  const known = binaryWords.get(word);
  if (known === undefined) {
    call.ports.log("warn", `deprecated value ${JSON.stringify(word)} used for /mpub binary param`);
  }
  return known ?? true;
}

async function check(call: Call, items: Items): Promise<Refusal | null> {
  const slice = call.turns.begin();
  for (let count = 1; items.next(); count++) {
    if (count % lookEvery === 0 && slice.due) await slice.rest();
  }
  return items.refusal === null ? null : new Refusal(items.refusal);
}

async function put(call: Call, name: string, body: Buffer, items: Items): Promise<Answer> {
  const { ports, turns, client } = call;
  if (!ports.broker.hasRoom(body.length)) return putAnswer("full");
  const view = viewOf(body);
  const slice = turns.begin();
  ports.now();
  const topic: Topic = ports.broker.ensureTopic(name);
  /** More than one where its log ends meanwhile. */
  const logs = new Set<Log | null>();
  for (let count = 1; items.next(); count++) {
    const refused = topic.put(body, view, items.from, items.bytes, client);
    if (refused) return putAnswer(refused);
    logs.add(topic.log);
    if (count % lookEvery > 0 || !slice.due) continue;
    await slice.rest();
    if (topic.deleted) return putAnswer("exiting");
    ports.now();
  }
  const answers = await Promise.all(Array.from(logs, (log) => whenItCounts(ports.broker, log)));
  return answers.find((answer) => answer !== "OK") ?? "OK";
}
