/**
 * Whether a connection is read and its commands are carried out. Several things may be in the way at
 * once: a command that takes longer than a turn, a turn's worth of commands, replies that the client
 * does not read, memory that is short, a client that sends crumbs. What ends says so, and then all of them are
 * looked at again: nobody stays unread for ever.
 */
import { Drip } from "./drip.ts";

/**
 * What one connection may cost in a turn, in commands by the long way: about a tenth of a millisecond. The
 * next turn goes on with the rest, so that a flood of small commands keeps nobody else waiting.
 */
export const costPerTurnMax = 256;
const nothingMore = () => true;

export interface Readable {
  readonly closed: boolean;
  /** Sets the broker's time, and says it. */
  now(): number;
  /** Something without an event of its own is in the way: `goOn` is called again, at the latest every tick. */
  mustWait(): boolean;
  /** It waits for that, or does so no longer. */
  waiting(isWaiting: boolean): void;
  /** Something has come and was not carried out. */
  hasWaiting(): boolean;
  /** Carries that out. */
  resumeInput(): void;
  resumeSocket(): void;
  /** It drips: `readAgain` is called after a while. */
  rest(readAgain: () => void): void;
  /** The client has ended its stream, and all that has come is carried out. */
  finish(): void;
}

export class Reading {
  /** Commands that have come wait. */
  suspended = false;
  /** Its socket is not being read. */
  paused = false;
  readonly #of: Readable;
  /** Something that is no part of this connection is waited for. */
  asking = false;
  /** Meanwhile it is read as long as nothing comes. */
  #listening = false;
  /** It goes on by itself: the next turn does, or what was waited for. */
  #stepping = false;
  #hasEnded = false;
  #spent = 0;
  #heardMs: number;
  readonly #drip = new Drip();
  /** It is not being read because of what it sends, and its deadline stands. */
  #resting = false;

  constructor(of: Readable) {
    this.#of = of;
    this.#heardMs = of.now();
  }

  /** `bytes` have been read, and completed a command or not. */
  read(bytes: number, hasCompleted: boolean, nowMs: number): void {
    if (hasCompleted) this.#heardMs = nowMs;
    this.#drip.read(bytes, hasCompleted);
  }

  /** How long ago a command was whole. What is not read, or waits for us, cannot be heard, and has no deadline. */
  silentMs(): number {
    const nowMs = this.#of.now();
    return this.asking || (this.paused && !this.#resting) ? 0 : nowMs - this.#heardMs;
  }

  /** Bytes have come. */
  begin(): void {
    this.#spent = 0;
  }

  /** The client has ended its stream. A stream over a socket says so also while it is paused. */
  ended(): void {
    const isBusy = this.suspended && (!this.#listening || this.#of.hasWaiting());
    if (isBusy) this.#hasEnded = true;
    else this.#of.finish();
  }

  /** What came is carried out. False: read no more until `resumeSocket`. */
  mayReadOn(): boolean {
    if (this.#of.closed) return true;
    if (this.suspended) {
      if (this.#listening && !this.#of.hasWaiting()) return true;
    } else {
      const mustWait = this.#of.mustWait();
      if (mustWait) this.#of.waiting(true);
      else if (this.#drip.isOver) this.#rest();
      else return true;
    }
    this.paused = true;
    return false;
  }

  /**
   * A command goes on for longer than a turn: `step` is called once a turn until it returns true, and nothing
   * more is read meanwhile. It is finished also when the client has gone.
   */
  suspend(step: () => boolean): void {
    this.suspended = true;
    this.#stepping = true;
    setImmediate(() => {
      this.#of.now();
      this.#stepping = false;
      if (step()) this.goOn();
      else this.suspend(step);
    });
  }

  /**
   * Nothing more is carried out until what this returns is called, once: something else has to be there first.
   * `then` is what is done with it. @param listening it is read meanwhile, until something comes
   */
  wait(listening: boolean): (then: () => void) => void {
    this.#listening = listening;
    this.suspended = true;
    this.#stepping = true;
    this.asking = true;
    return (then) => {
      this.#heardMs = this.#of.now();
      this.#stepping = false;
      this.asking = false;
      this.#listening = false;
      then();
      this.goOn();
    };
  }

  /** Carrying out the commands of this turn has cost so much more. */
  spend(cost: number): void {
    this.#spent += cost;
    if (this.#spent >= costPerTurnMax && !this.suspended && !this.#of.closed) this.suspend(nothingMore);
  }

  /** Something that was in the way is over: goes on, unless something else is. */
  goOn(): void {
    if (this.#stepping) return;
    const of = this.#of;
    if (this.suspended && !of.closed && !of.mustWait()) {
      this.suspended = false;
      this.#spent = 0;
      of.resumeInput();
      if (this.#stepping) return of.waiting(false);
    }
    const mustWait = !of.closed && of.mustWait();
    of.waiting(mustWait);
    if (mustWait) return;
    if (this.#hasEnded) return of.finish();
    if (!this.paused) return;
    // For more commands, or so that the client can take the end.
    this.paused = false;
    this.#heardMs = of.now();
    of.resumeSocket();
  }

  /** Not a word of it has been heard when it is read again. */
  #rest(): void {
    this.#resting = true;
    this.#of.rest(() => {
      this.#resting = false;
      this.paused = false;
      this.#of.resumeSocket();
    });
  }
}
