/** A node writes down what it owes, often enough that a crash undoes little. */
import type { SimNode } from "./node.ts";

const everyMs = 50;

export class SimProgress {
  readonly #node: SimNode;
  #id = 0;

  constructor(node: SimNode) {
    this.#node = node;
  }

  /** @param after the highest number that was used */
  begin(after: number): void {
    // Above whatever is still on its way from a life before.
    this.#id = after + 1_000;
    this.#write();
  }

  #write(): void {
    const node = this.#node;
    const fence = node.fence();
    if (fence === null) {
      node.hinder("lease", true);
      node.after(everyMs, () => this.#write());
      return;
    }
    node.hinder("lease", false);
    const row = { id: ++this.#id, topics: node.parts.takeProgress(node.broker, node.knownEnds) };
    const covers = [...node.loadedTaken];
    const isWell = node.ask(
      (postgres) => postgres.writeProgress(fence, row, covers),
      (outcome) => {
        node.noteOutcome(fence, outcome);
        if (outcome.known) node.hinder("progress", false);
        node.after(outcome.known ? everyMs : 0, () => this.#write());
      },
    );
    if (!isWell) node.hinder("progress", true);
  }
}
