/** Lines for somebody who watches: so many a second at most, and once a second how many there were (TT2, TT3). */
import type { ServerResponse } from "node:http";
import type { OutcomeLine, TapLine } from "../protocol/live.ts";

const shownPerSecondMax = 100;
/** Unread beyond it, nothing more is shown. */
const unreadBytesMax = 256 * 1024;
/** Then the reader is given up. */
const unreadSecondsMax = 30;
const secondMs = 1_000;
/** With nothing to say, it is still said this often, so that a reader knows that it lives. */
const quietSecondsMax = 10;

export class SampledLines {
  readonly #response: ServerResponse;
  readonly #isFiltered: boolean;
  readonly #timer = setInterval(() => this.#second(), secondMs);
  /** Since the last word: all there were, those that were wanted, those that nobody could look at. */
  #seen = 0;
  #matched = 0;
  #unlooked = 0;
  /** In lines a second, and in what they tell of since the last word. */
  #shownLines = 0;
  #shown = 0;
  #quietSeconds = 0;
  #unreadSeconds = 0;

  constructor(response: ServerResponse, isFiltered: boolean) {
    this.#response = response;
    this.#isFiltered = isFiltered;
  }

  get isFull(): boolean {
    return this.#shownLines >= shownPerSecondMax || this.#response.writableLength > unreadBytesMax;
  }

  /** `count`: of how many messages the line tells. */
  show(line: TapLine | OutcomeLine, count = 1): void {
    this.#seen += count;
    this.#matched += count;
    this.#shown += count;
    this.#shownLines++;
    this.#write(line);
  }

  /** Wanted, and not shown. */
  leaveOut(count: number): void {
    this.#seen += count;
    this.#matched += count;
  }

  /** Not wanted. */
  pass(count = 1): void {
    this.#seen += count;
  }

  passUnlooked(count: number): void {
    this.#seen += count;
    this.#unlooked += count;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#response.end();
  }

  #second(): void {
    if (this.#response.writableLength > unreadBytesMax) {
      if (++this.#unreadSeconds > unreadSecondsMax) this.#response.destroy();
      return;
    }
    this.#unreadSeconds = 0;
    this.#shownLines = 0;
    const isAllShown = this.#seen === this.#shown;
    if (isAllShown && ++this.#quietSeconds < quietSecondsMax) return this.#countAnew();
    this.#quietSeconds = 0;
    const [seen, shown] = [this.#seen, this.#shown];
    const filtered = this.#isFiltered ? { matched: this.#matched, unlooked: this.#unlooked } : {};
    this.#countAnew();
    this.#write({ type: "sampled", seen, shown, ...filtered });
  }

  #countAnew(): void {
    this.#seen = 0;
    this.#matched = 0;
    this.#unlooked = 0;
    this.#shown = 0;
  }

  #write(line: TapLine | OutcomeLine): void {
    this.#response.write(`${JSON.stringify(line)}\n`);
  }
}
