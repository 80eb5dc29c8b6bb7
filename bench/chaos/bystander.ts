/**
 * Publishes to a topic in memory of one node at a steady pace, and consumes it: somebody with whom the harm has nothing to do,
 * and whose publishes should not feel it.
 */
import { pub } from "../../server/testing/commands.ts";
import type { Recorder } from "./recorder.ts";
import { Wire } from "./wire.ts";

export interface BystanderOptions {
  readonly topic: string;
  readonly node: string;
  /** Where the node is; null: it is not there now. */
  readonly port: () => number | null;
  readonly recorder: Recorder;
}

const everyMs = 10;
const lookEveryMs = 50;
const rdy = 100;

export class Bystander {
  readonly #options: BystanderOptions;
  #timer: NodeJS.Timeout | undefined;
  #wire: Wire | null = null;
  #lives = 0;
  #published = 0;
  /** What has no answer yet; null: all has. */
  #out: string | null = null;
  #stopped = false;

  constructor(options: BystanderOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped) return;
    const { topic, port } = this.#options;
    const at = port();
    if (at === null) {
      this.#timer = setTimeout(() => this.start(), lookEveryMs);
      return;
    }
    this.#lives++;
    let isSubscribed = false;
    const wire = new Wire(at, `SUB ${topic} all\nRDY ${rdy}\n`, {
      onFrame: (frame) => {
        if (frame.type === "message") wire.send(`FIN ${frame.message.id}\n`);
        else if (frame.type === "error") wire.close(frame.text);
        else if (isSubscribed) this.#answered();
        else isSubscribed = true;
      },
      onEnd: (why) => {
        clearInterval(this.#timer);
        if (this.#out !== null) this.#note(this.#out, "info", why);
        this.#out = null;
        if (!this.#stopped) this.#timer = setTimeout(() => this.start(), lookEveryMs);
      },
    });
    this.#wire = wire;
    this.#timer = setInterval(() => {
      if (isSubscribed && this.#out === null) this.#publish(wire);
    }, everyMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#wire?.close("done");
  }

  #publish(wire: Wire): void {
    const { topic, node } = this.#options;
    this.#out = `${topic}-${node}-${++this.#published}`;
    this.#note(this.#out, "invoke");
    wire.send(pub(topic, Buffer.from(this.#out)));
  }

  #answered(): void {
    if (this.#out !== null) this.#note(this.#out, "ok");
    this.#out = null;
  }

  #note(uid: string, kind: "invoke" | "ok" | "info", err?: string): void {
    const { recorder, topic, node } = this.#options;
    recorder.add({
      ...{ op: "publish", proc: `by-${topic}-${node}.${this.#lives}`, kind, uid, topic, node },
      durable: false,
      ...(err !== undefined && { err: err.slice(0, 200) }),
    });
  }
}
