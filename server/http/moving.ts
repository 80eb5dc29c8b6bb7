/**
 * Messages that an operator chose go to another topic of the same node (RD15): published there first, and finished here
 * only when they count there. Whatever ends it in between, a message is in one of both, or in both; never in neither.
 */
import type { Channel } from "../broker/channel.ts";
import { actOnMessage, owedUntilMs } from "../broker/chosen.ts";
import { frameHeaderBytes, messageId } from "../broker/frame.ts";
import type { Log } from "../broker/log.ts";
import { logOf } from "../broker/lookup-frame.ts";
import type { ClientIdentity } from "../broker/ports.ts";
import type { Topic } from "../broker/topic.ts";
import { Refusal } from "../http-api/errors.ts";
import type { MessageResult } from "../protocol/chosen-messages.ts";
import type { Call } from "./call.ts";
import { putAnswer, viewOf, whenItCounts } from "./publish.ts";
import { withFrame } from "./with-frame.ts";

/** One that the other topic has by now. */
interface Published {
  readonly log: Log;
  readonly newId: string;
}

interface Move {
  readonly call: Call;
  readonly from: Channel;
  /** The other topic's name: whatever has the name by then. */
  readonly to: string;
  /** Whom the audit names, there and here. */
  readonly by: ClientIdentity;
}

/** @param ids 16 hexadecimal digits each, known to be so */
export async function moveMessages(move: Move, ids: readonly string[]): Promise<MessageResult[]> {
  await move.call.held.room();
  const results = new Map<string, Published | MessageResult>();
  for (const id of ids) if (!results.has(id)) results.set(id, await publishCopy(move, id));
  const counts = await countingLogs(move, results.values());
  move.call.ports.now();
  const named = new Set<string>();
  return ids.map((id) => {
    const result = results.get(id)!;
    if (named.has(id)) return { id, outcome: "not-there" };
    named.add(id);
    if (!("log" in result)) return result;
    const { log, newId } = result;
    const refused = counts.get(log);
    if (refused !== undefined) return { id, outcome: "failed", code: refused, newId };
    return { id, outcome: finished(move, id) ? "done" : "copied", newId };
  });
}

async function publishCopy({ call, from, to, by }: Move, id: string): Promise<Published | MessageResult> {
  const { ports } = call;
  const [logId, seq] = partsOf(id);
  const log = logOf(from.topic, logId);
  if (log === null || owedUntilMs(from, logId, seq) === null) return { id, outcome: "not-there" };
  const published = await withFrame(from.topic, log, seq, ({ frame }): Published | MessageResult => {
    // Meanwhile it may have been answered, and the node asked to go.
    const untilMs = from.deleted ? null : owedUntilMs(from, logId, seq);
    if (untilMs === null) return { id, outcome: "not-there" };
    if (ports.broker.leaving) return { id, outcome: "failed", code: "UNAVAILABLE" };
    ports.now();
    return put(ports.broker.ensureTopic(to), frame, untilMs - ports.broker.time.nowMs, by, id);
  });
  return published instanceof Refusal ? { id, outcome: "failed", code: published.code } : published;
}

/** What was deferred is so there, for the time that is left of it. */
function put(
  topic: Topic,
  frame: Buffer,
  deferredMs: number,
  by: ClientIdentity,
  id: string,
): Published | MessageResult {
  const body = frame.subarray(frameHeaderBytes);
  const { maxReqTimeoutMs } = topic.broker.options;
  const delayMs = Math.min(Math.ceil(deferredMs), maxReqTimeoutMs);
  const refused =
    delayMs > 0 ? topic.putDeferred(body, delayMs, by) : topic.put(body, viewOf(body), 0, body.length, by);
  if (refused !== null) return { id, outcome: "failed", code: codeOf(putAnswer(refused)) };
  const log = (delayMs > 0 ? topic.deferred.log : topic.log)!;
  return { log, newId: messageId(log.id, log.tail - 1) };
}

/** Of the logs that copies went to, those that do not count, with why. */
async function countingLogs(
  { call }: Move,
  results: Iterable<Published | MessageResult>,
): Promise<ReadonlyMap<Log, string>> {
  const logs = new Set<Log>();
  for (const result of results) if ("log" in result) logs.add(result.log);
  const answers = await Promise.all(
    [...logs].map(async (log) => [log, await whenItCounts(call.ports.broker, log)] as const),
  );
  return new Map(answers.flatMap(([log, answer]) => (answer === "OK" ? [] : [[log, codeOf(answer)]])));
}

/** What is written down for another node by now is owed there all the same. */
function finished({ call, from, by }: Move, id: string): boolean {
  if (from.deleted || call.ports.broker.leaving) return false;
  return actOnMessage(from, "finish", ...partsOf(id), by);
}

function partsOf(id: string): [logId: number, seq: number] {
  return [Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8), 16)];
}

function codeOf(answer: unknown): string {
  return answer instanceof Refusal ? answer.code : "INTERNAL_ERROR";
}
