import { expect, test } from "vitest";
import type { ChannelRow, ClientRow, Flow } from "../contract/index.ts";
import { bottleneckOf } from "./bottleneck.ts";
import { unknownFlow } from "./flow.ts";

const running = { paused: false, topicDepth: 0 };
const row = (flow: Partial<Flow>, more: Partial<ChannelRow> = {}): ChannelRow => ({
  ...{ key: "billing", paused: false, ephemeral: false, latency: null, poison: null },
  ...{ nodes: [], stale: false, heard: true, flow: { ...unknownFlow, clients: 2, ...flow } },
  ...more,
});
const clients = (...ready: readonly number[]) =>
  ready.map((readyCount) => ({ readyCount }) as unknown as ClientRow);
const ruleOf = (channel: ChannelRow, ready: readonly ClientRow[] | null = clients(10, 10)) =>
  bottleneckOf(channel, running, ready)?.rule ?? null;

test("[CN21] what holds a channel back is the first that does, of what is known", () => {
  expect(ruleOf(row({ depth: 0, inFlight: 20 }))).toBeNull();
  expect(ruleOf(row({ depth: 5 }, { paused: true }))).toBe("paused");
  expect(ruleOf(row({ depth: 5, clients: 0 }))).toBe("no-consumers");
  expect(ruleOf(row({ depth: 5, timeoutRate: 2, outRate: 10 }))).toBe("timing-out");
  expect(ruleOf(row({ depth: 5 }), clients(0, 0))).toBe("not-ready");
  expect(bottleneckOf(row({ depth: 5, inFlight: 20 }), running, clients(10, 10))).toMatchObject({
    ...{ rule: "saturated", params: { inFlight: 20, ready: 20 } },
  });
  expect(ruleOf(row({ depth: 5, inFlight: 20, inRate: 50, finishRate: 10 }), null)).toBe("falling-behind");
  expect(ruleOf(row({ depth: 5, inFlight: 3, inRate: 10, finishRate: 10 }))).toBeNull();
});

test("[CN21] where a channel has nothing of its own to say, its topic's pause is said with what waits there", () => {
  const paused = { paused: true, topicDepth: 1_204 };

  expect(bottleneckOf(row({ depth: 0 }), paused, null)).toMatchObject({
    ...{ rule: "topic-paused", params: { count: 1_204 } },
    message: expect.stringContaining("1,204 messages wait there"),
  });
  expect(bottleneckOf(row({ depth: 5, clients: 0 }), paused, null)?.rule).toBe("no-consumers");
  expect(bottleneckOf(row({ depth: 0 }, { paused: true }), paused, null)?.rule).toBe("paused");
});
