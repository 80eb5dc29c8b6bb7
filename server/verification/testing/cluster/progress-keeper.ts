/** Writes down what the broker has noted, one flush at a time, the same again until it is known to be there. */
import type { ProgressFlush } from "../../../broker/progress-flush.ts";
import type { SimNode } from "./node.ts";
import type { Life } from "./postgres.ts";

const lookEveryMs = 20;
const flushEveryMs = 60;
const retryMs = 30;
/** Now and then the whole of it. */
const wholeEvery = 8;

export class SimProgressKeeper {
  readonly #node: SimNode;
  #nextId: number;
  #epoch: number | null = null;
  #startedMs = Number.NEGATIVE_INFINITY;
  #isWriting = false;

  constructor(node: SimNode) {
    this.#node = node;
    this.#nextId = node.life * 1_000_000;
  }

  start(): void {
    const notes = this.#node.broker.progress!;
    notes.isKept = this.#node.parts.writesChannelsFirst;
    this.#look();
  }

  #look(): void {
    const node = this.#node;
    node.after(lookEveryMs, () => this.#look());
    const { owner } = node.keeper;
    node.hinder("lease", owner === null);
    const notes = node.broker.progress!;
    if (this.#isWriting || owner === null || !(notes.hasNews || this.#epoch !== owner.epoch)) return;
    if (!notes.isUrgent && node.nowMs - this.#startedMs < flushEveryMs) return;
    this.#startedMs = node.nowMs;
    const whole = owner.epoch !== this.#epoch || this.#nextId % wholeEvery === 0;
    const flush = node.parts.take(notes, whole, (logId) => node.store.mayHave(logId));
    if (flush === null) return;
    this.#isWriting = true;
    this.#send(owner, this.#nextId++, flush);
  }

  #send(owner: Life, id: number, flush: ProgressFlush): void {
    const node = this.#node;
    const isWell = node.ask(
      (postgres) => postgres.insertFlush(owner, id, flush),
      (outcome) => {
        node.noteOutcome(owner, outcome);
        if (outcome.known || !node.parts.repeatsFlush) {
          this.#settle(owner, flush, outcome.known ? outcome.value : true);
          return;
        }
        node.after(retryMs, () => this.#again(owner, id, flush));
      },
    );
    if (!isWell) node.hinder("progress", true);
  }

  #again(owner: Life, id: number, flush: ProgressFlush): void {
    const node = this.#node;
    if (node.keeper.lease.epoch !== owner.epoch) this.#settle(owner, flush, false);
    else if (node.keeper.owner === null) node.after(retryMs, () => this.#again(owner, id, flush));
    else this.#send(owner, id, flush);
  }

  #settle(owner: Life, flush: ProgressFlush, isWritten: boolean): void {
    const notes = this.#node.broker.progress!;
    this.#isWriting = false;
    this.#epoch = isWritten ? owner.epoch : null;
    if (!isWritten) {
      notes.lost(flush);
      return;
    }
    notes.saved();
    this.#node.hinder("progress", false);
  }
}
