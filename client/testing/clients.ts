/** Clients of scripted nodes, all of them closed when a test ends. */
import { afterEach, expect } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import {
  Consumer,
  type ConsumerOptions,
  type Handler,
  Producer,
  type ProducerOptions,
} from "../node/index.ts";
import { type Heard, ScriptedNode } from "./scripted-node.ts";

const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const quick = { closeTimeoutMs: 50, maxReconnectDelayMs: 50 };

export async function scripted(script?: (heard: Heard) => boolean): Promise<ScriptedNode> {
  const node = await ScriptedNode.start();
  if (script !== undefined) node.script = script;
  open.push(() => node[Symbol.asyncDispose]());
  return node;
}

export function producer(node: ScriptedNode, options: Partial<ProducerOptions> = {}): Producer {
  const made = new Producer({ nsqdTcpAddress: node.address, ...quick, ...options });
  open.push(() => made.close());
  return made;
}

export function consumer(
  nodes: readonly ScriptedNode[],
  handler: Handler,
  options: Partial<ConsumerOptions> = {},
): Consumer {
  const nsqdTcpAddresses = nodes.map(({ address }) => address);
  const made = new Consumer({ topic: "t", channel: "c", nsqdTcpAddresses, ...quick, ...options }, handler);
  open.push(() => made.close());
  return made;
}

/** Resolves when the node's last connection was told this RDY last. */
export function ready(node: ScriptedNode, rdy: number): Promise<void> {
  const told = () => node.heard.filter(({ verb, from }) => verb === "RDY" && from === node.last);
  return eventually(() => expect(told().at(-1)?.text).toBe(`RDY ${rdy}`));
}

/** A script: IDENTIFY is answered with this. */
export function identified(answer: object | string) {
  return ({ verb, from }: Heard): boolean => {
    if (verb !== "IDENTIFY") return false;
    from.respond(typeof answer === "string" ? answer : JSON.stringify(answer));
    return true;
  };
}
