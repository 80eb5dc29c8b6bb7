/** Time for everything in the console; tests move it by hand. */
export interface Clock {
  /** Milliseconds since 1970: for people, cookies and charts. */
  wallMs(): number;
  /** Milliseconds that only grow: for ages, deadlines and pauses. */
  nowMs(): number;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  nowMs: () => performance.now(),
};
