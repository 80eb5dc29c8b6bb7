import { expect, test } from "vitest";
import { connect } from "../testing/client.ts";
import { attacks } from "../testing/hostile-attacks.ts";
import { trial } from "../testing/hostile-trial.ts";
import { startNode } from "../testing/node.ts";

const lapMs = 1_000;
// What another process on the machine can do to a p99 of a second's samples, whatever the node does.
const noiseMs = 5;
const rssGrowthMax = 64 * 2 ** 20;

test.each(attacks.map((attack) => [attack.title, attack] as const))(
  "[HC1] %s: another client's p99, the node's memory and its connections stay what they were",
  async (_, attack) => {
    await using node = await startNode();

    const { quiet, attacked, ...seen } = await trial(node, attack, lapMs);

    expect(attacked.p99Ms).toBeLessThan(Math.max(2 * quiet.p99Ms, quiet.p99Ms + noiseMs));
    expect(attacked.published).toBeGreaterThan(quiet.published / 4);
    expect(seen.rssMost - seen.rssBefore).toBeLessThan(rssGrowthMax);
    expect(seen.connectionsAfter).toBeLessThanOrEqual(seen.connectionsBefore);
    await using client = await connect(node.tcpPort);
    await client.expectAlive();
  },
);
