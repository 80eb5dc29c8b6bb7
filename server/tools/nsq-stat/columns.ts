/** nsq_stat's columns, as scripts take them apart. */
import type { ChannelFigures } from "./channel-figures.ts";

export const header =
  "------rate------+----------------depth----------------+--------------metadata---------------\n" +
  "ingress  egress |   total     mem    disk inflt   def |     req     t-o         msgs clients\n";

/** What has changed since `before`, `seconds` ago, and what is now. */
export function row(before: ChannelFigures, now: ChannelFigures, seconds: number): string {
  const came = now.messages - before.messages;
  const went = came - (now.depth - before.depth);
  const rates = [came, went].map((count) => wide(Math.trunc(count / seconds), 7));
  const depths = [
    wide(now.depth, 7),
    wide(now.depth - now.backendDepth, 7),
    wide(now.backendDepth, 7),
    wide(now.inFlight, 5),
    wide(now.deferred, 5),
  ];
  const rest = [wide(now.requeued, 7), wide(now.timedOut, 7), wide(now.messages, 12), wide(now.clients, 7)];
  return `${rates.join(" ")} | ${depths.join(" ")} | ${rest.join(" ")}\n`;
}

function wide(value: number, columns: number): string {
  return String(value).padStart(columns);
}
