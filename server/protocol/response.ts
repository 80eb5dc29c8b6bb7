/** Response and error frames: `| size | type | data |`, size = 4 + data (TF3). */
import type { Fault } from "./faults.ts";

const frameTypeResponse = 0;
const frameTypeError = 1;
export const okFrameBytes = 10;
const okFramesMax = 8_192;

function frame(type: number, data: string, encoding: "latin1" | "utf8"): Buffer {
  const bytes = Buffer.from(data, encoding);
  const framed = Buffer.allocUnsafe(8 + bytes.length);
  framed.writeUInt32BE(4 + bytes.length, 0);
  framed.writeUInt32BE(type, 4);
  bytes.copy(framed, 8);
  return framed;
}

export function responseFrame(data: string): Buffer {
  return frame(frameTypeResponse, data, "utf8");
}

export function errorFrame(fault: Fault): Buffer {
  return frame(frameTypeError, fault.text, "latin1");
}

const ok = responseFrame("OK");
const manyOk = Buffer.alloc(okFrameBytes * okFramesMax);
for (let i = 0; i < okFramesMax; i++) ok.copy(manyOk, i * okFrameBytes);

/** Up to 8,192 `OK` frames; never written to. */
export function okFrames(count: number): Buffer {
  return manyOk.subarray(0, okFrameBytes * Math.min(count, okFramesMax));
}

export const heartbeatFrame = responseFrame("_heartbeat_");
export const closeWaitFrame = responseFrame("CLOSE_WAIT");
