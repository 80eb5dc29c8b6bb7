/** What is to be written down of one channel of a topic that has durable logs. */
import type { Channel } from "./channel.ts";
import type { Exception } from "./exceptions.ts";
import type { TopicNotes } from "./progress.ts";
import { type ChannelProgress, isEqual, owedOf } from "./progress-flush.ts";
import { scheduleLong } from "./schedule.ts";
import type { Window } from "./window.ts";

/** More changed messages than this are not kept apart: the channel is written as a whole. */
const changedMax = 65_536;

export class ChannelNotes {
  readonly channel: Channel;
  readonly #topic: TopicNotes;
  readonly #changed = new Set<Exception>();
  #isWhole = true;
  /** Requeued for long: in no flush yet, and in the one that was taken last. */
  #long: Exception[] = [];
  #longTaken: Exception[] = [];
  #written: readonly number[] = [];

  constructor(topic: TopicNotes, channel: Channel) {
    this.#topic = topic;
    this.channel = channel;
    this.touch();
  }

  /** It may be other than it was written. */
  touch(): void {
    this.#topic.channels.add(this);
    this.#topic.touch();
  }

  /** Too much of it is other to say what. */
  touchAll(): void {
    this.#isWhole = true;
    this.#changed.clear();
    this.touch();
  }

  /** A message that is owed by itself has come, has gone, or was delivered or deferred. */
  changed(exception: Exception): void {
    if (this.#isWhole || !exception.log.durable) return;
    this.#changed.add(exception);
    if (this.#changed.size > changedMax) this.touchAll();
    else this.touch();
  }

  /** Requeued for so long that it is to leave memory, once that is written down. */
  deferredLong(exception: Exception): void {
    if (exception.log.durable && this.channel.broker.schedule !== null) this.#long.push(exception);
  }

  saved(): void {
    if (this.#longTaken.length === 0) return;
    scheduleLong(this.channel, this.#longTaken);
    this.#longTaken = [];
  }

  removed(exception: Exception): void {
    const { channel } = this;
    this.changed(exception);
    if (exception.isScheduled) channel.broker.schedule?.drop(exception.log.id, exception.seq, channel.name);
  }

  gone(): void {
    this.#topic.channelGone(this);
  }

  take(whole: boolean): ChannelProgress | null {
    const { channel } = this;
    this.#longTaken.push(...this.#long.splice(0));
    const all = whole || this.#isWhole;
    const windows = channel.windows.filter(({ log }) => log.durable).map(windowProgress);
    const written = windows.flatMap(({ logId, low, next, to, held }) => [
      logId,
      low,
      next,
      to,
      held.length,
      ...held,
    ]);
    if (!all && this.#changed.size === 0 && isEqual(written, this.#written)) return null;
    this.#written = written;
    const seen = all ? [...channel.exceptions].filter(({ log }) => log.durable) : [...this.#changed];
    this.#changed.clear();
    this.#isWhole = false;
    const isOwed = (exception: Exception) =>
      channel.exceptions.get(exception.log, exception.seq) === exception;
    const gone = seen.filter(
      (exception) => !isOwed(exception) && !channel.exceptions.get(exception.log, exception.seq),
    );
    return {
      name: channel.name,
      whole: all,
      windows,
      owed: owedOf(channel.broker, seen.filter(isOwed)),
      gone: {
        logId: Uint32Array.from(gone, ({ log }) => log.id),
        seq: Uint32Array.from(gone, ({ seq }) => seq),
      },
    };
  }
}

function windowProgress(window: Window) {
  const held: number[] = [];
  let from = -1;
  for (let seq = window.low; seq < window.next; seq++) {
    const isHeld = window.ownerOf(seq) !== 0;
    if (isHeld && from < 0) from = seq;
    if (isHeld || from < 0) continue;
    held.push(from, seq);
    from = -1;
  }
  if (from >= 0) held.push(from, window.next);
  return { logId: window.log.id, low: window.low, next: window.next, to: window.to, held };
}
