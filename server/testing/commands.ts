/** NSQ's commands as bytes, written by hand for the tests. */

export const magic = "  V2";

/** `line` + newline, then `body` with its length in front. */
export function withBody(line: string, body: string | Buffer, length = Buffer.byteLength(body)): Buffer {
  return Buffer.concat([Buffer.from(`${line}\n`), int32(length), Buffer.from(body)]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function identify(settings: Record<string, unknown> | string): Buffer {
  return withBody("IDENTIFY", typeof settings === "string" ? settings : JSON.stringify(settings));
}

export function pub(topic: string, body: string | Buffer): Buffer {
  return withBody(`PUB ${topic}`, body);
}

export function dpub(topic: string, delayMs: number | string, body: string | Buffer): Buffer {
  return withBody(`DPUB ${topic} ${delayMs}`, body);
}

export function mpub(topic: string, bodies: readonly (string | Buffer)[]): Buffer {
  return withBody(`MPUB ${topic}`, mpubBody(bodies));
}

/** Count and items: also the body of a binary POST /mpub. */
export function mpubBody(bodies: readonly (string | Buffer)[], count = bodies.length): Buffer {
  const items = bodies.flatMap((body) => [int32(Buffer.byteLength(body)), Buffer.from(body)]);
  return Buffer.concat([int32(count), ...items]);
}
