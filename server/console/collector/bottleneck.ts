/** What holds a channel back, in one sentence, by rule. */
import type { Bottleneck, ChannelRow, ClientRow } from "../contract/index.ts";
import { countWords } from "./words.ts";

/** null: nothing does. `clients` null: not asked yet. */
export function bottleneckOf(row: ChannelRow, clients: readonly ClientRow[] | null): Bottleneck | null {
  const { depth, inFlight, inRate, finishRate, outRate, timeoutRate } = row.flow;
  if (row.paused)
    return { rule: "paused", params: {}, message: "Paused: nothing is handed out until it is unpaused." };
  if (!depth) return null;
  if (row.flow.clients === 0)
    return {
      rule: "no-consumers",
      params: { count: depth },
      message: `Nobody consumes: ${depth === 1 ? "1 message waits" : `${countWords(depth)} messages wait`}. Connect a consumer.`,
    };
  if (timeoutRate && outRate && timeoutRate > outRate * 0.1)
    return {
      rule: "timing-out",
      params: {},
      message: "Consumers hold messages past their timeout: more than one delivery in ten is for nothing.",
    };
  const ready = clients?.reduce((sum, client) => sum + client.readyCount, 0);
  if (clients && clients.length > 0 && ready === 0)
    return {
      rule: "not-ready",
      params: {},
      message: "Consumers are connected, but none asks for messages (RDY 0).",
    };
  if (ready && inFlight !== null && inFlight >= ready)
    return {
      rule: "saturated",
      params: { inFlight, ready },
      message: `Consumers are saturated: in flight ${countWords(inFlight)}/${countWords(ready)} = Σ RDY; add consumers or raise RDY.`,
    };
  if (inRate !== null && finishRate !== null && inRate > finishRate * 1.1 + 1)
    return {
      rule: "falling-behind",
      params: { inRate: Math.round(inRate), finishRate: Math.round(finishRate) },
      message: `More comes in (${countWords(inRate)}/s) than is finished (${countWords(finishRate)}/s).`,
    };
  return null;
}
