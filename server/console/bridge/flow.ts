/**
 * How many messages a browser may have in flight: what it asked for, no more than its token and an operator allow, and
 * none while it does not read what it was sent or has had more than its rate. What is in flight already is the only
 * thing that is ever buffered for it, so that RDY bounds the memory it costs (BC4).
 */
export type Brake = "slow" | "rate";

export class Flow {
  readonly #apply: (granted: number) => void;
  readonly #brakes = new Set<Brake>();
  #asked = 0;
  #allowed: number;
  #throttledTo: number | null = null;
  #granted = 0;

  /** `apply`: hears of each change. */
  constructor(allowed: number, apply: (granted: number) => void) {
    this.#allowed = allowed;
    this.#apply = apply;
  }

  get granted(): number {
    return this.#granted;
  }

  get asked(): number {
    return this.#asked;
  }

  get throttledTo(): number | null {
    return this.#throttledTo;
  }

  get isSlow(): boolean {
    return this.#brakes.has("slow");
  }

  ask(count: number): void {
    this.#asked = count;
    this.#update();
  }

  /** By its token. */
  allow(count: number): void {
    this.#allowed = count;
    this.#update();
  }

  /** By an operator; null: no more. */
  throttle(count: number | null): void {
    this.#throttledTo = count;
    this.#update();
  }

  brake(why: Brake, isOn: boolean): void {
    if (isOn) this.#brakes.add(why);
    else this.#brakes.delete(why);
    this.#update();
  }

  #update(): void {
    const most = Math.min(this.#asked, this.#allowed, this.#throttledTo ?? Number.POSITIVE_INFINITY);
    const granted = this.#brakes.size > 0 ? 0 : most;
    if (granted === this.#granted) return;
    this.#granted = granted;
    this.#apply(granted);
  }
}
