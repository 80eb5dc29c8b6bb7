/**
 * Messages that can be told apart: each carries its number, and nothing in it
 * that does not follow from the number. For measurements that count what arrives.
 */
import { bodyOffset, idOffset, type Link, openLink } from "./link.ts";

export const numberedBytes = 200;

/** MPUB of the numbers [from, to). */
function batchCommand(topic: string, from: number, to: number): Buffer {
  const line = Buffer.from(`MPUB ${topic}\n`);
  const itemBytes = 4 + numberedBytes;
  const command = Buffer.allocUnsafe(line.length + 8 + (to - from) * itemBytes);
  line.copy(command);
  command.writeUInt32BE(4 + (to - from) * itemBytes, line.length);
  command.writeUInt32BE(to - from, line.length + 4);
  for (let number = from; number < to; number++) {
    const at = line.length + 8 + (number - from) * itemBytes;
    command.writeUInt32BE(numberedBytes, at);
    command.writeUInt32BE(number, at + 4);
    command.fill(number & 0xff, at + 8, at + itemBytes);
  }
  return command;
}

/** Publishes the numbers [0, count), 200 a command; resolves when all are answered OK. */
export async function publishNumbered(port: number, topic: string, count: number): Promise<void> {
  const batch = 200;
  const window = 20;
  let sent = 0;
  await new Promise<void>((resolve, reject) => {
    let link: Link;
    const pump = () => {
      while (sent < count && sent / batch - link.oks < window) {
        const to = Math.min(count, sent + batch);
        link.write(batchCommand(topic, sent, to));
        sent = to;
      }
      if (link.oks < Math.ceil(count / batch)) return;
      link.close();
      resolve();
    };
    openLink(port, { chunk: pump }, reject).then((opened) => {
      link = opened;
      pump();
    }, reject);
  });
}

export interface Tally {
  /** Numbers that came at least once. */
  readonly distinct: number;
  readonly duplicates: number;
  /** Bodies nobody published, or one number under two ids. */
  readonly invented: number;
}

/** Consumes and finishes until every number has come, or nothing has for `idleMs`. */
export async function consumeNumbered(
  port: number,
  topic: string,
  count: number,
  idleMs: number,
  progress: (distinct: number) => void = () => {},
): Promise<Tally> {
  const ids = new Array<string | undefined>(count);
  const tally = { distinct: 0, duplicates: 0, invented: 0 };
  let fins: string[] = [];
  let lastMs = performance.now();
  await new Promise<void>((resolve, reject) => {
    let link: Link;
    const idle = setInterval(() => {
      if (performance.now() - lastMs > idleMs) end();
    }, 50);
    const end = () => {
      clearInterval(idle);
      // FIN has no answer; the OK of a publish behind them says that they were read.
      link.write(`${fins.join("")}PUB counted#ephemeral\n\0\0\0\x01x`);
      fins = [];
    };
    const events = {
      message(memory: Buffer, view: DataView, at: number, bytes: number) {
        const id = memory.toString("latin1", at + idOffset, at + idOffset + 16);
        const number = view.getUint32(at + bodyOffset);
        fins.push(`FIN ${id}\n`);
        if (!intact(memory, at + bodyOffset, bytes - (bodyOffset - 8), number) || number >= count)
          tally.invented++;
        else if (ids[number] === undefined) {
          ids[number] = id;
          tally.distinct++;
        } else if (ids[number] === id) tally.duplicates++;
        else tally.invented++;
      },
      chunk() {
        lastMs = performance.now();
        progress(tally.distinct);
        if (link.oks === 2) {
          link.close();
          resolve();
        } else if (tally.distinct === count && fins.length > 0) end();
        else if (fins.length > 0) {
          link.write(fins.join(""));
          fins = [];
        }
      },
    };
    openLink(port, events, reject, `SUB ${topic} c\nRDY 2500\n`).then((opened) => {
      link = opened;
    }, reject);
  });
  return tally;
}

function intact(memory: Buffer, at: number, bytes: number, number: number): boolean {
  if (bytes !== numberedBytes) return false;
  const filler = number & 0xff;
  for (let index = at + 4; index < at + bytes; index++) if (memory[index] !== filler) return false;
  return true;
}
