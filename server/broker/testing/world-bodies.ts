/** Bodies that are all different, can be long, and need not be kept: views of one buffer of noise. */
import { Random } from "./random.ts";

const noise = Buffer.alloc(4 * 1024 * 1024);
const random = new Random(99);
for (let at = 0; at < noise.length; at += 4) noise.writeUInt32LE(Math.floor(random.next() * 2 ** 32), at);
const view = new DataView(noise.buffer, noise.byteOffset, noise.length);

export function bodyOf(uid: number, bytes: number): { source: Buffer; view: DataView; from: number } {
  return { source: noise, view, from: (uid * 7919) % (noise.length - bytes) };
}
