/** `POST /v1/channel/messages`: an operator's answer to messages that were chosen one by one (RD13 to RD15). */
import { actOnMessage } from "../broker/chosen.ts";
import { isEphemeral, isValidName } from "../broker/names.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery } from "../http-api/target.ts";
import {
  type ChosenMessagesAnswer,
  chosenMessagesMax,
  type MessageResult,
  type MessageVerb,
  messageVerbs,
} from "../protocol/chosen-messages.ts";
import { existingChannel } from "./arguments.ts";
import { type Answer, type Call, Json } from "./call.ts";
import { moveMessages } from "./moving.ts";
import { operatorOf } from "./operator.ts";
import { bodyRefusal } from "./publish.ts";

const idPattern = /^[0-9a-f]{16}$/;
/** Each with its line's end, of which the longest has two bytes. */
const bodyBytesMax = chosenMessagesMax * 18;
const past: Readonly<Record<MessageVerb, string>> = {
  requeue: "requeued",
  deliver: "made due",
  touch: "left for longer",
  finish: "finished",
  move: "moved",
};

export async function actOnMessages(call: Call): Promise<Answer> {
  const { ports, bodies } = call;
  const body = await bodies.read(call, bodyBytesMax);
  if (typeof body === "string") return bodyRefusal(body, "BODY_TOO_BIG");
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const verb = messageVerbs.find((known) => known === query.get("verb"));
  if (verb === undefined) return new Refusal("INVALID_REQUEST", `verb is of ${messageVerbs.join(", ")}`);
  const ids = idsIn(body.toString("latin1"));
  if (ids === null)
    return new Refusal("INVALID_REQUEST", "ids have 16 hexadecimal digits and stand one a line");
  if (ids.length > chosenMessagesMax)
    return new Refusal("INVALID_REQUEST", `at most ${chosenMessagesMax} at a time`);
  const to = query.get("to");
  const toRefusal = verb === "move" ? targetRefusal(query.get("topic"), to) : null;
  if (toRefusal !== null) return toRefusal;
  const channel = existingChannel(call);
  if (channel instanceof Refusal) return channel;
  // What is written down for another node by then would be owed there all the same.
  if (ports.broker.leaving) return new Refusal("UNAVAILABLE", "it hands over what it has");
  const operator = operatorOf(call, query);
  if (operator instanceof Refusal) return operator;
  ports.now();
  const messages =
    verb === "move"
      ? await moveMessages({ call, from: channel, to: to!, by: operator }, ids)
      : ids.map((id): MessageResult => {
          const [logId, seq] = [Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8), 16)];
          const isDone = actOnMessage(channel, verb, logId, seq, operator);
          return { id, outcome: isDone ? "done" : "not-there" };
        });
  const done = messages.filter(({ outcome }) => outcome === "done").length;
  const where = `${channel.topicName}/${channel.name}`;
  const whither = verb === "move" ? ` to ${to}` : "";
  ports.log("info", `CHANNEL(${where}): ${done} messages ${past[verb]}${whither} by ${operator.clientId}`);
  return new Json({ atMs: Date.now(), messages } satisfies ChosenMessagesAnswer);
}

/** An ephemeral topic drops what it has no room for, and the same one would get what it loses. */
function targetRefusal(topic: string | undefined, to: string | undefined): Refusal | null {
  if (to === undefined || !isValidName(to)) return new Refusal("INVALID_TOPIC", "to is another topic's name");
  if (isEphemeral(to)) return new Refusal("EPHEMERAL", "it may drop what is moved to it");
  return to === topic ? new Refusal("INVALID_TOPIC", "they are of that topic already") : null;
}

/** null: none, or something else. */
function idsIn(text: string): readonly string[] | null {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines.length > 0 && lines.every((line) => idPattern.test(line)) ? lines : null;
}
