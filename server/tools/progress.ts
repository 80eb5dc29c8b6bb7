/** One line on a terminal that says how far it is, drawn over itself; nothing where nobody watches. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const everyMs = 500;
const clearLine = "\r\u001b[K";
const columnsDefault = 80;

export class Progress implements Disposable {
  readonly #terminal: Terminal | null;
  readonly #text: () => string;
  readonly #timer: NodeJS.Timeout | null = null;
  #shown = false;

  constructor(terminal: Terminal, text: () => string) {
    this.#terminal = terminal.isTTY === true ? terminal : null;
    this.#text = text;
    if (this.#terminal !== null) this.#timer = setInterval(() => this.draw(), everyMs).unref();
  }

  draw(): void {
    if (this.#terminal === null) return;
    // Some terminals say that they have none.
    const columns = this.#terminal.columns || columnsDefault;
    // A line that wraps could not be drawn over.
    this.#terminal.write(clearLine + this.#text().slice(0, columns - 1));
    this.#shown = true;
  }

  /** Before something else is written to the terminal. */
  clear(): void {
    if (this.#shown) this.#terminal!.write(clearLine);
    this.#shown = false;
  }

  /** Leaves the last figures standing. */
  [Symbol.dispose](): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.draw();
    this.#terminal!.write("\n");
    this.#shown = false;
  }
}

/** Counts messages, and says how many there were, and in the latest seconds. */
export class Meter {
  #count = 0;
  #bytes = 0;
  #marks: { readonly atMs: number; readonly count: number }[] = [{ atMs: performance.now(), count: 0 }];

  add(bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
  }

  /** For a line of progress: the rate is that since some texts ago. */
  text(): string {
    const now = performance.now();
    this.#marks = [...this.#marks.slice(-marksMax), { atMs: now, count: this.#count }];
    const [first] = this.#marks;
    const seconds = (now - first!.atMs) / 1_000;
    const rate = seconds > 0 ? Math.round((this.#count - first!.count) / seconds) : 0;
    return `${number.format(this.#count)} messages, ${number.format(this.#bytes)} bytes, ${number.format(rate)}/s`;
  }
}

const marksMax = 10;
const number = new Intl.NumberFormat("en");
