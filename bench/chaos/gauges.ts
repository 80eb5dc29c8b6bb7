/** Looks once a second at what has a limit. */
import { readdirSync } from "node:fs";
import type { ChaosNode } from "./chaos-node.ts";
import type { Recorder } from "./recorder.ts";

const everyMs = 1_000;
const lookEveryMs = 100;
const rssBytesMax = 768 * 2 ** 20;
const descriptorsMax = 512;
/** Of a node. */
const connectionsMax = 8;

export class Gauges implements Disposable {
  readonly #timer: NodeJS.Timeout;
  readonly #looker: NodeJS.Timeout;

  constructor(recorder: Recorder, nodes: readonly ChaosNode[]) {
    const gauge = (name: string, value: number, max: number) =>
      recorder.add({ op: "gauge", proc: "harness", kind: "ok", name, value, max });
    /** Of each node since the last time: a connection may be on its way out while the next one is opened. */
    const least = new Map<string, number>();
    this.#timer = setInterval(() => {
      for (const { name, process, proxy, isUp } of nodes) {
        if (!isUp) continue;
        const { rssBytes } = process;
        // It is just ending: the kernel knows it still, and of its memory nothing more.
        if (Number.isNaN(rssBytes)) continue;
        gauge(`${name} memory bytes`, rssBytes, rssBytesMax);
        gauge(`${name} connections to Postgres`, least.get(name) ?? proxy.clients, connectionsMax);
        gauge(`${name} descriptors`, readdirSync(`/proc/${process.pid}/fd`).length, descriptorsMax);
      }
      least.clear();
    }, everyMs);
    this.#looker = setInterval(() => {
      for (const { name, proxy } of nodes)
        least.set(name, Math.min(proxy.clients, least.get(name) ?? Number.POSITIVE_INFINITY));
    }, lookEveryMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    clearInterval(this.#looker);
  }
}
