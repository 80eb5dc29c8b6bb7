/**
 * Events whose messages have what is looked for in their bodies. Bodies are the nodes', and only as long as a channel
 * needs the message: how many were looked at, are gone, or were not looked at is said with every page.
 */
import type { BodyMatcher } from "../../protocol/body-matcher.ts";
import { mapBounded } from "../bounded.ts";
import type { Collector } from "../collector/collector.ts";
import { type BodiesLooked, type EventRow, idAfter } from "../contract/index.ts";
import { find } from "./body-reads.ts";

/** Of one page. */
const bodiesMax = 500;
/** Of one run: its first. */
const runMessagesMax = 100;
const askedAtOnce = 4;
/** Asking for bodies, and looking through them. */
const askMsMax = 5_000;
const matchMsMax = 500;

type Fate =
  | { readonly kind: "matches"; readonly bytes: number }
  | { readonly kind: "other" | "gone" | "unlooked" };

/** What is found, each message by itself. */
export async function withBodies(
  collector: Collector,
  matcher: BodyMatcher,
  events: readonly EventRow[],
): Promise<{ readonly events: readonly EventRow[]; readonly bodies: BodiesLooked }> {
  const endsMs = performance.now() + askMsMax;
  let matchMs = 0;
  const judge = async (topic: string, id: string): Promise<Fate> => {
    if (performance.now() > endsMs || matchMs > matchMsMax) return { kind: "unlooked" };
    try {
      const found = await find(collector, { topic, id }, matcher.bytesMax);
      if (found === null) return { kind: "gone" };
      const { body, bytes } = found.answer;
      const begunMs = performance.now();
      const isWanted = matcher.matches(Buffer.from(body, "base64"));
      matchMs += performance.now() - begunMs;
      return isWanted ? { kind: "matches", bytes } : { kind: "other" };
    } catch {
      // A node that may have it does not answer.
      return { kind: "unlooked" };
    }
  };

  const topics = new Map<string, string>();
  let unnamed = 0;
  for (const { id, count, topic } of events) {
    const many = Math.min(count, runMessagesMax);
    unnamed += count - many;
    for (let n = 0; n < many; n++) topics.set(idAfter(id, n), topic);
  }
  const asked = [...topics].slice(0, bodiesMax);
  const fates = new Map(
    await mapBounded(asked, askedAtOnce, async ([id, topic]) => [id, await judge(topic, id)] as const),
  );
  const fateCount = (kind: Fate["kind"]) => [...fates.values()].filter((fate) => fate.kind === kind).length;
  return {
    events: events.flatMap((event) =>
      Array.from({ length: Math.min(event.count, runMessagesMax) }, (_, n) => idAfter(event.id, n)).flatMap(
        (id): EventRow[] => {
          const fate = fates.get(id);
          return fate?.kind === "matches" ? [{ ...event, id, count: 1, bytes: fate.bytes }] : [];
        },
      ),
    ),
    bodies: {
      looked: fateCount("matches") + fateCount("other"),
      gone: fateCount("gone"),
      unlooked: fateCount("unlooked") + unnamed + topics.size - asked.length,
    },
  };
}
