/** `POST /v1/failover` and `POST /v1/adopt`: that another takes over, as a test; and that this one does, now. */
import { Refusal } from "../http-api/errors.ts";
import { parseQuery } from "../http-api/target.ts";
import { type Answer, type Call, Json } from "./call.ts";

const identity = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function testFailover({ ports: { failover } }: Call): Answer {
  if (failover === null) return noDatabase;
  const outcome = failover.test();
  return "refusal" in outcome ? new Refusal("UNAVAILABLE", outcome.refusal) : new Json(outcome);
}

/** `?node=`: the other's identity. */
export async function adopt({ ports: { failover }, rawQuery }: Call): Promise<Answer> {
  const query = parseQuery(rawQuery);
  if (query instanceof Refusal) return query;
  const node = query.get("node") ?? "";
  if (!identity.test(node)) return new Refusal("MISSING_ARG_NODE");
  if (failover === null) return noDatabase;
  try {
    const outcome = await failover.takeFrom(node);
    return "refusal" in outcome ? new Refusal("UNAVAILABLE", outcome.refusal) : new Json(outcome);
  } catch {
    return new Refusal("UNAVAILABLE", "Postgres does not answer: whether it was done is not known");
  }
}

const noDatabase = new Refusal(
  "NO_DATABASE",
  "this node was started without --database-url: nobody takes over from it, nor it from anybody",
);
