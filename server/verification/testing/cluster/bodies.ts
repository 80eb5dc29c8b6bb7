/** A body says whose it is, and is longer than that. */
import { crc32 } from "node:zlib";

const fillers = [3, 40, 40, 200, 1_500, 9_000];

export function bodyOf(uid: string): Buffer {
  const filler = fillers[crc32(uid) % fillers.length]!;
  return Buffer.from(`${uid} ${".".repeat(filler)}`);
}

export function uidIn(body: Buffer): string {
  return body.subarray(0, Math.max(0, body.indexOf(" "))).toString("latin1");
}

export function hashOf(uid: string): string {
  return hashOfBody(bodyOf(uid));
}

export function hashOfBody(body: Buffer): string {
  return crc32(body).toString(16);
}

const turnMsMax = 8;

/** Who publishes comes to wait for the store at the end of a turn, which in some takes a while: by the message. */
export function turnMsOf(uid: string): number {
  const dice = crc32(`${uid}?`) % 1_000;
  return dice < 300 ? (dice / 300) * turnMsMax : 0;
}

const deferMsMax = 900;

/** Some are deferred, by the same whenever they are published; undefined: it is not. */
export function deferMsOf(uid: string): number | undefined {
  const dice = crc32(`${uid}!`) % 1_000;
  return dice < 150 ? Math.floor((dice / 150) * deferMsMax) : undefined;
}
