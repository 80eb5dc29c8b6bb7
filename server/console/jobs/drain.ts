/** A drain is the node's: it goes on whatever becomes of this console. As a job it is begun, or followed, and told of. */
import { drainLineOf } from "../api/drains.ts";
import type { Drain } from "../contract/index.ts";
import type { HttpPeer } from "../http-peer.ts";
import { Refused, reasonOf } from "../peer-answer.ts";
import type { Outcome, Progress } from "./steps.ts";
import type { StoredItem } from "./store.ts";

const lineBytesMax = 16 * 1024;
const tellEveryMs = 1_000;

export async function followDrain(peer: HttpPeer, item: StoredItem, progress: Progress): Promise<Outcome> {
  const wasUnderWay = item.done > 0;
  let last: Drain | null = null;
  const teller = setInterval(() => {
    if (last !== null) void progress.moved(doneOf(last)).catch(() => {});
  }, tellEveryMs);
  try {
    await peer.lines(
      "/v1/drain",
      {},
      {
        method: "POST",
        signal: progress.signal,
        lineBytesMax,
        onLine: (text) => {
          last = drainLineOf(text) ?? last;
        },
      },
    );
  } catch (error) {
    if (last === null) return failed(item, whyNot(error, wasUnderWay));
  } finally {
    clearInterval(teller);
  }
  const ended = last as Drain | null;
  if (ended === null) return failed(item, "it said nothing of how far it is");
  if (ended.state === "done") return { state: "done", done: doneOf(ended), kept: 0, error: ended.reason };
  const why = ended.state === "failed" ? ended.reason : "its end was not heard";
  return { state: "failed", done: doneOf(ended), kept: 0, error: why ?? "it failed" };
}

function doneOf({ messages, messagesLeft }: Drain): number {
  return Math.max(0, messages - messagesLeft);
}

function whyNot(error: unknown, wasUnderWay: boolean): string {
  if (error instanceof Refused) return `it refuses: HTTP ${error.status}`;
  return wasUnderWay ? "it has gone, and its end was not heard" : `unreachable: ${reasonOf(error)}`;
}

function failed({ done }: StoredItem, error: string): Outcome {
  return { state: "failed", done, kept: 0, error };
}
