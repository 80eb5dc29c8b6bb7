/** `--notification-http-endpoint`: a POST for every administrative act, one after the other, tried once as nsqadmin does it. */
import { hostname } from "node:os";

export interface AdminAction {
  readonly action: string;
  readonly topic: string;
  readonly channel?: string;
  readonly node?: string;
  readonly user?: string;
  /** `address:port` of who asked. */
  readonly remote_ip: string;
  readonly user_agent: string;
  /** What was asked, whole. */
  readonly url: string;
}

const waitingMax = 1_000;
const deadlineMs = 5_000;
const warnEveryMs = 10_000;

export class Notifier {
  readonly #endpoint: string | null;
  readonly #warn: (message: string) => void;
  readonly #nowMs: () => number;
  readonly #waiting: string[] = [];
  readonly #stopped = new AbortController();
  #sending: Promise<void> | null = null;
  #lost = 0;
  #warnedAtMs = Number.NEGATIVE_INFINITY;

  /** `endpoint` null: nobody wants to know. */
  constructor(endpoint: string | null, nowMs: () => number, warn: (message: string) => void) {
    this.#endpoint = endpoint;
    this.#nowMs = nowMs;
    this.#warn = warn;
  }

  /** Returns at once. */
  notify(action: AdminAction): void {
    if (this.#endpoint === null || this.#stopped.signal.aborted) return;
    if (this.#waiting.length >= waitingMax) return this.#lose("too many wait");
    const timestamp = Math.floor(this.#nowMs() / 1_000);
    this.#waiting.push(JSON.stringify({ ...action, timestamp, via: hostname() }));
    this.#sending ??= this.#drain(this.#endpoint).finally(() => {
      this.#sending = null;
    });
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#sending;
  }

  async #drain(endpoint: string): Promise<void> {
    for (let body = this.#waiting.shift(); body !== undefined; body = this.#waiting.shift()) {
      try {
        const answer = await fetch(endpoint, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
          redirect: "error",
          signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(deadlineMs)]),
        });
        await answer.body?.cancel();
        if (!answer.ok) this.#lose(`it answered ${answer.status}`);
      } catch (error) {
        this.#lose((error as Error).message);
      }
    }
  }

  /** Its address may hold a secret: it is not repeated. */
  #lose(why: string): void {
    this.#lost += 1;
    if (this.#nowMs() - this.#warnedAtMs < warnEveryMs) return;
    this.#warnedAtMs = this.#nowMs();
    this.#warn(`--notification-http-endpoint was not told of an act (${why}); ${this.#lost} so far`);
  }
}
