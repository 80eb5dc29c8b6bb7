/** The backlog of a process's life: for tests, and the measure for the stores that last. */
import type { Backlog, Block, BlockRange } from "../broker/ports.ts";
import { BlockIndex } from "./block-index.ts";
import { takeWithin } from "./block-merge.ts";

export class MemoryStore implements Backlog {
  readonly #blocks = new BlockIndex<Block>();

  write(topic: string, block: Block, done: () => void): void {
    // The bytes are the broker's, and change after `done`. (`slice` of a Buffer would be a view of them.)
    this.#blocks.add(topic, { ...block, bytes: new Uint8Array(block.bytes) });
    setImmediate(done);
  }

  read(range: BlockRange, done: (blocks: Block[] | null) => void): void {
    const { blocks } = takeWithin(this.#blocks.find(range), range.bytesMax);
    setImmediate(done, blocks);
  }

  forget(logId: number, belowSeq: number): void {
    this.#blocks.removeBelow(logId, belowSeq);
  }
}
