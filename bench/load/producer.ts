import { openLink } from "./link.ts";

export interface Publishing {
  readonly port: number;
  readonly topic: string;
  /** Messages in all. */
  readonly count: number;
  readonly bodyBytes: number;
  /** Messages of one command: 1 is PUB, more is MPUB. */
  readonly batch: number;
  /** Messages that may be without an answer. */
  readonly window: number;
  /** Keeps the producer near the consumer; without one it runs ahead as it can. */
  readonly pace?: Pace;
}

/** How far a producer may be ahead of a consumer. */
export class Pace {
  readonly #aheadMax: number;
  #received = 0;
  /** For the producer: it may be able to go on. */
  wake: () => void = () => {};

  constructor(aheadMax: number) {
    this.#aheadMax = aheadMax;
  }

  received(messages: number): void {
    this.#received = messages;
    this.wake();
  }

  allows(sent: number): boolean {
    return sent - this.#received < this.#aheadMax;
  }
}

// Large enough that a write costs little beside what the broker does with it.
const blockBytes = 64 * 1024;

/** Publishes over one connection, pipelined; resolves when every command was answered OK. */
export async function publish(publishing: Publishing): Promise<void> {
  const { port, topic, count, bodyBytes, batch, window, pace } = publishing;
  const command = batch === 1 ? pubCommand(topic, bodyBytes) : mpubCommand(topic, bodyBytes, batch);
  const perBlock = Math.max(1, Math.floor(blockBytes / command.length));
  const block = Buffer.concat(new Array(perBlock).fill(command));
  const commands = Math.ceil(count / batch);
  const windowCommands = Math.max(perBlock, Math.floor(window / batch));

  await new Promise<void>((resolve, reject) => {
    let sent = 0;
    let blocked = false;
    const pump = () => {
      while (!blocked && sent < commands && sent - link.oks < windowCommands) {
        if (pace?.allows(sent * batch) === false) return;
        const some = Math.min(perBlock, commands - sent);
        sent += some;
        blocked = !link.write(some === perBlock ? block : block.subarray(0, some * command.length));
      }
    };
    let link: Awaited<ReturnType<typeof openLink>>;
    const events = {
      chunk: () => {
        if (link.oks >= commands) {
          link.close();
          resolve();
        } else pump();
      },
      drain: () => {
        blocked = false;
        pump();
      },
    };
    openLink(port, events, reject).then((opened) => {
      link = opened;
      if (pace) pace.wake = pump;
      pump();
    }, reject);
  });
}

export function pubCommand(topic: string, bodyBytes: number): Buffer {
  const line = Buffer.from(`PUB ${topic}\n`);
  const command = Buffer.alloc(line.length + 4 + bodyBytes, "x");
  line.copy(command);
  command.writeUInt32BE(bodyBytes, line.length);
  return command;
}

export function mpubCommand(topic: string, bodyBytes: number, batch: number): Buffer {
  const line = Buffer.from(`MPUB ${topic}\n`);
  const item = Buffer.alloc(4 + bodyBytes, "x");
  item.writeUInt32BE(bodyBytes, 0);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(4 + batch * item.length, 0);
  head.writeUInt32BE(batch, 4);
  return Buffer.concat([line, head, ...new Array(batch).fill(item)]);
}
