/** Something that runs until it is stopped or dies. */
export interface Running {
  /** Says how it ended, whoever ended it. Never rejects. */
  readonly ended: Promise<string>;
  /** Whether its end was meant to be for good: it has nothing left to do, and says so. Absent: never. */
  isDone?(): boolean;
  stop(): Promise<void>;
}

export interface KeptOptions {
  readonly name: string;
  /** Resolves when it serves, rejects when it does not come up. */
  start(): Promise<Running>;
  /** One line for people. */
  report(line: string): void;
  readonly pauseMs?: { readonly first: number; readonly max: number };
}

/** Short after one accident, and not a load on the machine when the tenth start in a row has failed. */
const pauseDefaultMs = { first: 250, max: 15_000 };
/** Having run this long, the next end is an accident of its own. */
const settledMs = 60_000;

/** Starts something, and starts it again with a growing pause whenever it has died. */
export class KeptRunning {
  readonly #options: KeptOptions;
  readonly #stop = Promise.withResolvers<null>();
  readonly #loop: Promise<void>;
  #stopping = false;

  private constructor(options: KeptOptions, first: Running) {
    this.#options = options;
    this.#loop = this.#run(first);
  }

  /** Rejects when the first start fails: what never ran needs a person, not patience. */
  static async start(options: KeptOptions): Promise<KeptRunning> {
    return new KeptRunning(options, await options.start());
  }

  /** Resolves when it has ended and will not be started again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stop.resolve(null);
    await this.#loop;
  }

  async #run(first: Running): Promise<void> {
    const pause = this.#options.pauseMs ?? pauseDefaultMs;
    let running: Running | null = first;
    let pauseMs = pause.first;
    while (running !== null) {
      const startedMs = performance.now();
      const how = await Promise.race([running.ended, this.#stop.promise]);
      if (how === null) return running.stop();
      if (running.isDone?.()) {
        this.#options.report(`${this.#options.name} has nothing left to do and is not started again`);
        return;
      }

      if (performance.now() - startedMs > settledMs) pauseMs = pause.first;
      running = null;
      let why = `ended (${how})`;
      while (running === null && !this.#stopping) {
        this.#options.report(`${this.#options.name} ${why}, starting it again in ${pauseMs / 1_000} s`);
        await this.#pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, pause.max);
        if (this.#stopping) return;
        running = await this.#options.start().catch((error: Error) => {
          why = `did not start (${error.message})`;
          return null;
        });
      }
      if (running !== null && !this.#stopping) this.#options.report(`${this.#options.name} is back`);
    }
  }

  /** Ends early when there is no need to start again. */
  async #pause(ms: number): Promise<void> {
    const over = Promise.withResolvers<null>();
    const timer = setTimeout(() => over.resolve(null), ms);
    await Promise.race([over.promise, this.#stop.promise]);
    clearTimeout(timer);
  }
}
