import { connect } from "../testing/client.ts";
import { type NodeOptions, startNode } from "../testing/node.ts";

/** What a start may take, exec of the process to the first OK. */
export const firstPublishWithinMs = 300;

/**
 * Milliseconds from exec of the node's process to its first OK of a PUB: the
 * best of five, because the machine's other work only ever adds to it.
 */
export async function firstPublishMs(options: NodeOptions): Promise<number> {
  const tookMs: number[] = [];
  while (tookMs.length < 5) {
    await using node = await startNode({}, options);
    await using client = await connect(node.tcpPort);
    client.pub("t", "first");
    await client.expectOk();
    tookMs.push(performance.now() - node.startedMs);
  }
  return Math.min(...tookMs);
}
