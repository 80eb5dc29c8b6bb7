import { afterAll, beforeAll, beforeEach } from "vitest";
import { type Flags, type NodeOptions, newNode, type TestNode } from "./node.ts";

/** One node for all tests of a file. When a test fails, what the node logged meanwhile is printed. */
export async function sharedNode(flags: Flags = {}, options: NodeOptions = {}): Promise<TestNode> {
  const node = await newNode(flags, options);
  beforeAll(() => node.start());
  afterAll(() => node[Symbol.asyncDispose]());
  beforeEach((context) => {
    const before = node.stderr.length;
    context.onTestFailed(() => {
      const logged = node.stderr.slice(before).slice(-4_000);
      if (logged !== "") console.error(`[${context.task.name}]\n${logged}`);
    });
  });
  return node;
}
