/** Messages as lines, up to so many. */
import type { Handler } from "../../client/node/index.ts";
import type { Meter } from "./progress.ts";

export interface TailSettings {
  /** Messages to print, over all topics; 0: no end. */
  readonly count: number;
  readonly printTopic: boolean;
}

const newline = Buffer.from("\n");

export class Tail {
  readonly #settings: TailSettings;
  readonly #print: (bytes: Uint8Array) => Promise<void>;
  readonly #meter: Meter;
  readonly #end = Promise.withResolvers<void>();
  #taken = 0;
  #printed = 0;

  constructor(settings: TailSettings, print: (bytes: Uint8Array) => Promise<void>, meter: Meter) {
    this.#settings = settings;
    this.#print = print;
    this.#meter = meter;
  }

  /** Resolves when all that were asked for are printed. */
  get ended(): Promise<void> {
    return this.#end.promise;
  }

  /** A message is finished once it is printed. */
  handler(topic: string): Handler {
    const before = Buffer.from(this.#settings.printTopic ? `${topic} | ` : "");
    const { count } = this.#settings;
    return async (message) => {
      // Several topics, or nodes, may send more than is wanted: it is somebody else's.
      if (count > 0 && this.#taken >= count) return void message.requeue(0, { backoff: false });
      this.#taken++;
      await this.#print(Buffer.concat([before, message.body, newline]));
      this.#meter.add(message.body.length);
      if (++this.#printed === count) this.#end.resolve();
    };
  }
}
