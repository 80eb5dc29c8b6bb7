/** Which events are looked for. */
export interface EventFilter {
  /** null: any. */
  readonly topic: string | null;
  /** null: any, and the topic itself. */
  readonly channel: string | null;
  /** Numbers of kinds; empty: all. */
  readonly kinds: readonly number[];
  /** How the id, the host name or the address of the client begins; "": anybody or nobody. */
  readonly client: string;
  readonly attemptsMin: number;
  readonly attemptsMax: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether the reader may know of this place. */
  readonly sees: (topic: string, channel: string) => boolean;
}
