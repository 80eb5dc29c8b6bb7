/** How many messages may come, and from where: `maxInFlight` parted among subscriptions, less while backing off. */
import { Backoff } from "./backoff.ts";
import type { ConsumerSettings } from "./options.ts";
import { grants, targets } from "./rdy.ts";
import type { Subscription } from "./subscription.ts";

export class Flow {
  maxInFlight: number;
  readonly #settings: ConsumerSettings;
  readonly #subscriptions: ReadonlySet<Subscription>;
  readonly #backingOff: (pauseMs: number) => void;
  readonly #backoff: Backoff;
  #timer: NodeJS.Timeout | undefined;
  /** Somebody would have a higher RDY if there were room. */
  #isOwed = false;
  #updatedAtMs = 0;

  /** `backingOff` hears of each pause, and of the end of them with 0. */
  constructor(
    settings: ConsumerSettings,
    subscriptions: ReadonlySet<Subscription>,
    backingOff: (pauseMs: number) => void,
  ) {
    this.maxInFlight = settings.maxInFlight;
    this.#settings = settings;
    this.#subscriptions = subscriptions;
    this.#backingOff = backingOff;
    this.#backoff = new Backoff(settings);
  }

  answered(isFailure: boolean | null): void {
    if (isFailure !== null) {
      const pauseMs = isFailure
        ? this.#backoff.failed(Math.random())
        : this.#backoff.state === "off"
          ? null
          : this.#backoff.succeeded(Math.random());
      if (pauseMs !== null) this.#pause(pauseMs);
    }
    if (this.#isOwed) this.update();
  }

  tick(nowMs: number): void {
    if (nowMs - this.#updatedAtMs >= this.#settings.rdyRedistributeIntervalMs) this.update();
  }

  update(): void {
    const nowMs = performance.now();
    this.#updatedAtMs = nowMs;
    const { state } = this.#backoff;
    const most = state === "off" ? this.maxInFlight : state === "pausing" ? 0 : Math.min(1, this.maxInFlight);
    const shares = [...this.#subscriptions].filter(({ isClosing }) => !isClosing);
    const { rdys, isOwed } = grants(shares, targets(shares, most, this.#settings, nowMs), most);
    this.#isOwed = isOwed;
    for (const [index, share] of shares.entries()) share.ready(rdys[index]!);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #pause(pauseMs: number): void {
    clearTimeout(this.#timer);
    if (pauseMs > 0) {
      this.#timer = setTimeout(() => {
        this.#backoff.paused();
        this.update();
      }, pauseMs);
    } else this.#backoff.paused();
    this.update();
    this.#backingOff(pauseMs);
  }
}
