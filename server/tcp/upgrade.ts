/** What IDENTIFY has granted, laid over the connection in NSQ's order, each answered `OK` through itself. */
import { compressed } from "../compression/compressed-stream.ts";
import { type Fault, fault } from "../protocol/faults.ts";
import type { Identity } from "../protocol/identify.ts";
import { okFrames } from "../protocol/response.ts";
import { commonNameOf, tlsStats } from "./handshakes.ts";
import type { Output } from "./output.ts";
import type { TcpPorts } from "./ports.ts";
import type { Replies } from "./replies.ts";
import type { Wire } from "./wire.ts";

export interface Upgraded {
  readonly ports: TcpPorts;
  readonly wire: Wire;
  readonly output: Output;
  readonly replies: Replies;
  readonly closed: boolean;
}

/**
 * Nothing else may be carried out or said meanwhile. What is read is the caller's to begin anew.
 * @param rest what the client has sent behind IDENTIFY
 * @returns null; or why it could not be done. Never rejects.
 */
export async function upgrade(of: Upgraded, granted: Identity, rest: Buffer | null): Promise<Fault | null> {
  const failed = await layOver(of, granted, rest).catch((error: Error) => error.message);
  return failed === null ? null : fault("E_IDENTIFY_FAILED", `IDENTIFY failed ${failed}`);
}

async function layOver(of: Upgraded, granted: Identity, rest: Buffer | null): Promise<string | null> {
  const { wire, output, ports } = of;
  await of.replies.answered();
  await output.allTaken();
  if (of.closed) return "the connection ended";
  if (granted.tlsV1) {
    const secure = await ports.handshakes!.shake(wire, rest);
    if (typeof secure === "string") return secure;
    if (of.closed) return "the connection ended";
    wire.lay(secure);
    wire.tls = tlsStats(secure);
    wire.commonName = commonNameOf(secure);
    output.moveTo(secure);
    output.respond(okFrames(1));
  }
  if (granted.snappy || granted.deflate) {
    const format = granted.snappy ? "snappy" : "deflate";
    const stream = compressed(wire.top, { format, level: granted.deflateLevel });
    wire.compress(stream, granted.tlsV1 ? null : rest);
    wire.compression = format;
    output.moveTo(stream);
    output.respond(okFrames(1));
  }
  return null;
}
