/** I2: nothing is delivered that nobody published. */
import type { DeliverEvent } from "../event.ts";
import type { History, Message } from "../history.ts";
import type { Finding, Invariant } from "./invariant.ts";

export const noInvention: Invariant = {
  id: "I2",
  promise: "nothing comes that nobody published, or with other bytes, or before it was published",
  decide(history) {
    const findings: Finding[] = [];
    const uidOf = new Map<string, string>();
    let judged = 0;
    for (const message of history.messages.values()) {
      for (const [channel, { deliveries }] of message.channels) {
        for (const delivery of deliveries) {
          judged++;
          const other = uidOf.get(delivery.msgid) ?? message.uid;
          uidOf.set(delivery.msgid, message.uid);
          const why =
            other === message.uid
              ? fault(history, message, delivery)
              : `${delivery.msgid} is the id of ${other} and of ${message.uid}`;
          if (why !== null) findings.push({ why, message, channel });
        }
      }
    }
    return { judged, findings };
  },
};

function fault(history: History, { uid, publishes }: Message, delivery: DeliverEvent): string | null {
  const invokes = publishes.filter(({ kind }) => kind === "invoke");
  if (invokes.length === 0) return `${uid} was delivered, and nobody published it`;
  const refused = publishes.filter(({ kind }) => kind === "fail").length;
  if (refused >= invokes.length) return `${uid} was delivered, and every publish of it was refused`;
  if (delivery.t + history.skewNs < invokes[0]!.t) return `${uid} was delivered before it was published`;
  if (!invokes.some(({ topic }) => topic === delivery.topic)) {
    return `${uid} was published to ${invokes[0]!.topic} and came from ${delivery.topic}`;
  }
  if (!invokes.some(({ hash }) => hash === undefined || hash === delivery.hash)) {
    return `${uid} came with other bytes: ${delivery.hash}, not ${invokes[0]!.hash}`;
  }
  return null;
}
