/** `by=`: an operator who answers messages in their consumers' place, as the audit names them. */
import type { ClientIdentity } from "../broker/ports.ts";
import { Refusal } from "../http-api/errors.ts";
import type { Query } from "../http-api/target.ts";
import { operatorCharactersMax } from "../protocol/chosen-messages.ts";
import type { Call } from "./call.ts";

/** `operator` alone where nobody is named. */
export function operatorOf({ ports, remoteAddress }: Call, query: Query): ClientIdentity | Refusal {
  const by = query.get("by") ?? "";
  if (by.length > operatorCharactersMax || /\p{Cc}/u.test(by))
    return new Refusal("INVALID_REQUEST", "by is a name of one line");
  return {
    number: ports.nextClientNumber(),
    clientId: `operator ${by}`.trimEnd(),
    hostname: "",
    remoteAddress,
  };
}
