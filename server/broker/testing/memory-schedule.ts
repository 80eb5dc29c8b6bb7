/** A schedule in memory that does what it was told when a test says so, in order. */
import { noChannel, type Schedule, type ScheduledMessage } from "../schedule.ts";

export class MemorySchedule implements Schedule {
  /** What it has, by `log/seq/channel`. */
  readonly rows = new Map<string, ScheduledMessage>();
  /** What is due before it stays in memory too. */
  horizonMs = 0;
  #acts: (() => void)[] = [];

  keep(message: ScheduledMessage, channels: readonly string[], done: (isSoon: boolean) => void): void {
    this.#acts.push(() => {
      for (const channel of channels) this.rows.set(keyOf(message.logId, message.seq, channel), message);
      done(message.dueMs <= this.horizonMs);
    });
  }

  spread(logId: number, seq: number, channels: readonly string[], done: () => void): void {
    this.#acts.push(() => {
      const message = this.rows.get(keyOf(logId, seq, noChannel));
      this.rows.delete(keyOf(logId, seq, noChannel));
      for (const channel of message ? channels : []) this.rows.set(keyOf(logId, seq, channel), message!);
      done();
    });
  }

  drop(logId: number, seq: number, channel: string): void {
    this.#acts.push(() => this.rows.delete(keyOf(logId, seq, channel)));
  }

  dropAll(topic: string, channel: string | null): void {
    this.#acts.push(() => {
      for (const [key, row] of this.rows) {
        if (row.topic === topic && (channel === null || key.endsWith(`/${channel}`))) this.rows.delete(key);
      }
    });
  }

  /** Does what it was told, and what it is told because of that. */
  work(): void {
    for (let act = this.#acts.shift(); act; act = this.#acts.shift()) act();
  }
}

function keyOf(logId: number, seq: number, channel: string): string {
  return `${logId}/${seq}/${channel}`;
}
