/**
 * A client that sends a command in crumbs, a read each, is read seldom until the command is whole: fifty of
 * them would otherwise be a thousand reads a second that complete nothing. The kernel holds what comes
 * meanwhile; nothing is lost, and only that command waits.
 */
import { DelayLine } from "./delay-line.ts";

/** A read this short that completes nothing is a crumb. */
const crumbBytesMax = 64;
/** So many in a row are a person at a keyboard, or a client that flushes too often. */
const crumbsMax = 16;
/** How long who drips is not read. */
const restMs = 1_000;
/** Those who rested and are read again in one tick. */
const readAgainPerTickMax = 32;

export class Drip {
  #crumbs = 0;

  read(bytes: number, hasCompleted: boolean): void {
    if (hasCompleted || bytes > crumbBytesMax) this.#crumbs = 0;
    else this.#crumbs++;
  }

  /** What has just been read was one crumb too many. */
  get isOver(): boolean {
    return this.#crumbs > crumbsMax;
  }
}

/** Where all of them rest. */
export function openRests(): DelayLine {
  return new DelayLine(restMs, readAgainPerTickMax);
}
