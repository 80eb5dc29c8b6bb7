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
  /** Of connections that are gone, with handlers that still run. */
  readonly #gone = new Set<Subscription>();
  #timer: NodeJS.Timeout | undefined;
  /** Somebody would have a higher RDY if there were room. */
  #isOwed = false;
  #isScheduled = false;
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
    this.freed();
  }

  /** Its connection is gone. What its handlers are busy with is not asked for elsewhere. */
  gone(subscription: Subscription): void {
    if (!subscription.isIdle) this.#gone.add(subscription);
    this.update();
  }

  /** There may be room for more: a message was answered, or a handler has ended. */
  freed(): void {
    if (!this.#isOwed || this.#isScheduled) return;
    // Once for all that is answered in a turn: with a thousand connections an update is no small thing.
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.update();
    });
  }

  tick(nowMs: number): void {
    if (nowMs - this.#updatedAtMs >= this.#settings.rdyRedistributeIntervalMs) this.update();
  }

  update(): void {
    const nowMs = performance.now();
    this.#updatedAtMs = nowMs;
    const { state } = this.#backoff;
    let busy = 0;
    for (const subscription of this.#gone) {
      busy += subscription.late;
      if (subscription.isIdle) this.#gone.delete(subscription);
    }
    const free = Math.max(0, this.maxInFlight - busy);
    const most = state === "off" ? free : state === "pausing" ? 0 : Math.min(1, free);
    const shares = [...this.#subscriptions].filter(({ isClosing }) => !isClosing);
    const { rdys, isOwed } = grants(shares, targets(shares, most, this.#settings, nowMs), most);
    this.#isOwed = isOwed || busy > 0 || shares.some(({ late }) => late > 0);
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
