import { idOffset, type Link, openLink } from "./link.ts";

export interface Consuming {
  readonly port: number;
  readonly topic: string;
  readonly channel: string;
  readonly rdy: number;
  /** Messages until it is done. */
  readonly count: number;
  /** Told after every read how many have come. */
  readonly progress?: (received: number) => void;
}

const finBytes = 21;
const fin = 0x46494e20; // "FIN "

/** Subscribes and sends RDY; `done` resolves when as many messages have come, each finished. */
export async function consume(consuming: Consuming): Promise<{ done: Promise<void> }> {
  const { port, topic, channel, rdy, count, progress } = consuming;
  let received = 0;
  let finish!: () => void;
  let fail!: (error: Error) => void;
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });

  // FINs of a chunk go out in one write, from memory that is not used again before it is gone.
  let out = Buffer.allocUnsafeSlow(rdy * finBytes);
  let outView = new DataView(out.buffer);
  let outBytes = 0;
  let link: Link;
  const flush = () => {
    if (outBytes === 0) return;
    link.write(out.subarray(0, outBytes));
    if (link.socket.writableLength > 0) {
      out = Buffer.allocUnsafeSlow(rdy * finBytes);
      outView = new DataView(out.buffer);
    }
    outBytes = 0;
  };
  const events = {
    message(_memory: Buffer, view: DataView, at: number) {
      if (outBytes + finBytes > out.length) flush();
      const id = at + idOffset;
      outView.setUint32(outBytes, fin);
      outView.setUint32(outBytes + 4, view.getUint32(id));
      outView.setUint32(outBytes + 8, view.getUint32(id + 4));
      outView.setUint32(outBytes + 12, view.getUint32(id + 8));
      outView.setUint32(outBytes + 16, view.getUint32(id + 12));
      out[outBytes + 20] = 10;
      outBytes += finBytes;
      received++;
    },
    chunk() {
      flush();
      progress?.(received);
      if (received === count) finish();
    },
  };
  link = await openLink(port, events, fail, `SUB ${topic} ${channel}\nRDY ${rdy}\n`);
  return { done: done.finally(() => endAfterWrites(link)) };
}

/** FINs have no answer: what was written is handed over before the end. */
function endAfterWrites(link: Link): void {
  link.socket.removeAllListeners("end");
  link.socket.end();
}
