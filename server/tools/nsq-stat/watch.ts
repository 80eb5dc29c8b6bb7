import { setTimeout as pause } from "node:timers/promises";
import type { HttpCaller } from "../http-caller.ts";
import { type ChannelFigures, channelFigures, type Sources } from "./channel-figures.ts";
import { header, row } from "./columns.ts";

export interface Watch {
  readonly topic: string;
  readonly channel: string;
  readonly sources: Sources;
  readonly intervalMs: number;
  /** Rows to print. */
  readonly count: number;
}

const pollsPerHeader = 25;

/** Prints rows until there are `count`, or `stopped`. The first poll prints none: it has nothing to compare with. */
export async function watchChannel(
  http: HttpCaller,
  { topic, channel, sources, intervalMs, count }: Watch,
  print: (text: string) => Promise<void>,
  stopped: AbortSignal,
): Promise<void> {
  let before: ChannelFigures | null = null;
  for (let poll = 0; !stopped.aborted; poll++) {
    const now = await channelFigures(http, sources, { topic, channel });
    if (poll % pollsPerHeader === 0) await print(header);
    if (before !== null) await print(row(before, now, intervalMs / 1_000));
    if (poll >= count) return;
    before = now;
    await pause(intervalMs, undefined, { signal: stopped }).catch(() => {});
  }
}
