/** Topics and channels named in a query, as every daemon of NSQ's asks for them. */
import { isValidName } from "../protocol/names.ts";
import { Refusal } from "./errors.ts";
import { parseQuery, type Query } from "./target.ts";

/** The `topic` as it stands there. */
export function topicArgument(query: Query): string | Refusal {
  return query.get("topic") ?? new Refusal("MISSING_ARG_TOPIC");
}

/** Both, and both valid: what all of `/channel/*` begin with. */
export function topicAndChannel(rawQuery: string | null): { topic: string; channel: string } | Refusal {
  const query = parseQuery(rawQuery);
  if (query instanceof Refusal) return query;
  const topic = query.get("topic");
  const channel = query.get("channel");
  if (topic === undefined) return new Refusal("MISSING_ARG_TOPIC");
  if (!isValidName(topic)) return new Refusal("INVALID_ARG_TOPIC");
  if (channel === undefined) return new Refusal("MISSING_ARG_CHANNEL");
  if (!isValidName(channel)) return new Refusal("INVALID_ARG_CHANNEL");
  return { topic, channel };
}
