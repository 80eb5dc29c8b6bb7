/** A broker's durable logs: who waits for them, who may have them, and what of them is due later. */
import type { Broker } from "./broker.ts";
import type { Settle } from "./commit-queue.ts";
import { giveUpDurable, giveUpLogs } from "./giving-up.ts";
import type { Log } from "./log.ts";
import { bringScheduled, noChannel, type ScheduledMessage } from "./schedule.ts";

export class DurableLogs {
  readonly #broker: Broker;
  /** Those with publishes that wait for the store. */
  readonly #awaited = new Set<Log>();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** Those that there is something of. */
  get ids(): number[] {
    const ids: number[] = [];
    for (const topic of this.#broker.topics.values()) {
      for (const log of topic.logs) if (log.durable) ids.push(log.id);
    }
    return ids;
  }

  /** `settle` is told, in a later turn, when what `log` has by now is in the store, or when that took too long. */
  whenStored(log: Log, settle: Settle): void {
    const { options, time } = this.#broker;
    const waitsMs = log.isGivenUp ? 0 : (options.durability?.timeoutMs ?? 0);
    log.commits.add({ endSeq: log.tail, dueMs: time.nowMs + waitsMs, settle });
    this.#awaited.add(log);
  }

  /** They may be handed out again. */
  resume(): void {
    for (const topic of this.#broker.topics.values()) {
      if (!topic.logs.some((log) => log.durable)) continue;
      for (const channel of topic.channels.values()) channel.markDirty();
    }
  }

  /** These are another node's: whoever waits for the store is refused, and nothing of them is handed out. */
  giveUp(which: (logId: number) => boolean): void {
    giveUpLogs(this.#broker, which);
  }

  /** The same of all. Returns which there were. */
  giveUpAll(): number[] {
    return giveUpDurable(this.#broker);
  }

  /** The schedule has a message that is due soon. `isFound`: of a log that is new here. */
  bring(message: ScheduledMessage, channel: string, isFound: boolean): void {
    bringScheduled(this.#broker, message, channel, isFound);
  }

  /** The schedule has so many of a channel that are due later, of logs that are new here. */
  count(topic: string, channel: string, count: number): void {
    if (channel !== noChannel) this.#broker.ensureTopic(topic).ensureChannel(channel).countScheduled(count);
  }

  /** Tells those whose time is over. */
  tick(nowMs: number): void {
    for (const log of this.#awaited) {
      // Who came to wait when it was there already hears of it now.
      log.settleCommits();
      log.commits.expire(nowMs);
      if (log.commits.isEmpty) this.#awaited.delete(log);
    }
  }
}
