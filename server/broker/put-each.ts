/** A run of messages for a topic that may drop some of them. */
import type { ClientIdentity } from "./ports.ts";
import type { PutRefusal, Topic } from "./topic.ts";

/** What nobody may want is looked at one by one: an ephemeral topic drops what is too much. */
export function putEach(
  topic: Topic,
  source: Buffer,
  sourceView: DataView,
  from: number,
  count: number,
  client: ClientIdentity | null,
): number | PutRefusal {
  let at = from;
  for (let i = 0; i < count; i++) {
    const bodyBytes = sourceView.getInt32(at);
    const refused = topic.put(source, sourceView, at + 4, bodyBytes, client);
    if (refused !== null) return refused;
    at += 4 + bodyBytes;
  }
  return at;
}
