/** What a run is doing: on a terminal with a line that moves, else a line for each thing done. */
import type { WriteStream } from "node:tty";

const everyMs = 200;

export class Display {
  readonly #out: Pick<WriteStream, "isTTY" | "write">;
  #title = "";
  #total = 0;
  #startedMs = 0;
  #acknowledged: () => number = () => 0;
  #doing = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(out: Pick<WriteStream, "isTTY" | "write">) {
    this.#out = out;
  }

  begin(title: string, total: number): void {
    this.#title = title;
    this.#total = total;
    this.#startedMs = performance.now();
    this.#doing = "starting";
    this.#acknowledged = () => 0;
    this.#out.write(`\n── ${title} ${"─".repeat(Math.max(0, 70 - title.length))}\n`);
    if (this.#out.isTTY) this.#timer = setInterval(() => this.#draw(), everyMs);
  }

  /** Asked for the bar from now on. */
  follow(acknowledged: () => number): void {
    this.#acknowledged = acknowledged;
  }

  say(text: string): void {
    this.#doing = text;
    if (this.#out.isTTY) return this.#draw();
    this.#out.write(`${this.#stamp} ${text}\n`);
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#out.isTTY) this.#out.write("\r\x1b[K");
  }

  get #stamp(): string {
    const seconds = ((performance.now() - this.#startedMs) / 1_000).toFixed(1).padStart(6);
    return `${seconds} s  ${this.#acknowledged().toLocaleString("en")}/${this.#total.toLocaleString("en")}`;
  }

  #draw(): void {
    this.#out.write(`\r\x1b[K${this.#title}  ${this.#stamp}  ${this.#doing}`.slice(0, 160));
  }
}
