/**
 * Bytes of a client to commands (P2). A command is a line of fields between single
 * spaces; IDENTIFY, PUB, MPUB, DPUB and AUTH are followed by a length and that many bytes.
 *
 * The decoder keeps no bytes: it is called with what there is, consumes whole
 * commands and leaves the rest, so it does not matter where a stream is cut. What a line or
 * a length already tells is told before the body has arrived. PUB, MPUB and FIN
 * in their plain form take a short way on which no string is made.
 */
import type { Fault } from "./faults.ts";
import { hexId } from "./message-id.ts";

/**
 * NSQ reads command lines through a buffer of this size and hangs up on a longer
 * one. Clients never notice; a stray request of another protocol does.
 */
const lineBytesMax = 16_384;
/** Topics as long as names may be take PUB's short way; others are refused on the long one. */
const topicBytesMax = 64;

const verbFIN = 0x46494e20; // "FIN "
const verbPUB = 0x50554220; // "PUB "
const lineFeed = 10;
const carriageReturn = 13;
const space = 32;
const finBytes = 21;

/** Who carries commands out. Called in the order of the stream; nothing is called once `closed` is true. */
export interface CommandSink {
  readonly closed: boolean;
  /** A command takes longer than this turn: the next one waits. */
  readonly suspended: boolean;
  /** The topic of the last PUB and a line feed: the next PUB is most likely to the same. Empty: there was none. */
  readonly lastTopic: Uint8Array;
  /** A whole PUB: topic and body are in `bytes`, and valid during the call only. `topicFrom` is -1 for `lastTopic`. */
  publish(
    bytes: Buffer,
    view: DataView,
    topicFrom: number,
    topicTo: number,
    bodyFrom: number,
    bodyBytes: number,
  ): void;
  /** FIN of an id that can be ours; its 16 bytes are at `idAt`. */
  finish(logId: number, seq: number, bytes: Buffer, idAt: number): void;
  /** A command without a body, by its fields; the first is the verb. */
  command(fields: readonly string[]): void;
  /** Whether a command with a body may go on, judged by its line alone. May be asked more than once. */
  checkLine(fields: readonly string[]): Fault | null;
  /** Whether a body may have this size. May be asked more than once. */
  checkSize(fields: readonly string[], bodyBytes: number): Fault | null;
  /** A whole body of a command that passed both checks. */
  body(fields: readonly string[], bytes: Buffer, view: DataView, from: number, bodyBytes: number): void;
  /** The stream ended inside a body, of which [from, to) has come. `from` is -1: not even its length. */
  truncated(fields: readonly string[], view: DataView, from: number, to: number): void;
  /** The client broke the protocol. */
  fail(fault: Fault): void;
  /** The connection ends without a word. */
  hangUp(): void;
}

const verbsWithBody = new Set(["IDENTIFY", "AUTH", "PUB", "MPUB", "DPUB"]);

export class Decoder {
  /** Bytes from the first unconsumed one on without which nothing more can be said; 0 when that is not known. */
  needBytes = 0;

  /** Carries out the whole commands of [from, end). @returns where the rest begins */
  decode(bytes: Buffer, view: DataView, from: number, end: number, sink: CommandSink): number {
    this.needBytes = 0;
    let at = from;
    while (at < end && !sink.closed && !sink.suspended) {
      let next = -1;
      if (end - at >= finBytes) {
        const verb = view.getUint32(at);
        if (verb === verbFIN && bytes[at + finBytes - 1] === lineFeed)
          next = this.#fin(bytes, view, at, sink);
        else if (verb === verbPUB) next = this.#pub(bytes, view, at, end, sink);
      }
      if (next < 0) next = this.#line(bytes, view, at, end, sink);
      if (next < 0) break;
      at = next;
    }
    return at;
  }

  /** The client has ended the stream; [from, end) is what `decode` left. */
  end(bytes: Buffer, view: DataView, from: number, end: number, sink: CommandSink): void {
    const lineEnd = bytes.subarray(from, end).indexOf(lineFeed);
    if (lineEnd < 0 || sink.closed) return;
    const fields = fieldsOf(bytes, from, from + lineEnd);
    const bodyFrom = from + lineEnd + 5;
    sink.truncated(fields, view, bodyFrom > end ? -1 : bodyFrom, end);
  }

  /** A FIN of an id; -1 for any other. */
  #fin(bytes: Buffer, view: DataView, at: number, sink: CommandSink): number {
    const logId = hexId(view, at + 4);
    const seq = hexId(view, at + 12);
    // What is no id may hold a space or the line's end: the long way sees where its fields are.
    if (logId < 0 || seq < 0) return -1;
    sink.finish(logId, seq, bytes, at + 4);
    return at + finBytes;
  }

  /** A PUB that has come whole; -1 for any other. */
  #pub(bytes: Buffer, view: DataView, at: number, end: number, sink: CommandSink): number {
    const topicFrom = at + 4;
    const { lastTopic } = sink;
    const isLast = lastTopic.length > 0 && beginsWith(bytes, topicFrom, end - 4, lastTopic);
    const lineEnd = isLast ? topicFrom + lastTopic.length - 1 : lineEndOf(bytes, topicFrom, end - 5);
    if (lineEnd < 0) return -1;
    const bodyBytes = view.getInt32(lineEnd + 1);
    const bodyFrom = lineEnd + 5;
    if (bodyBytes <= 0 || end - bodyFrom < bodyBytes) return -1;
    sink.publish(bytes, view, isLast ? -1 : topicFrom, lineEnd, bodyFrom, bodyBytes);
    return bodyFrom + bodyBytes;
  }

  /** Any command, the long way; -1 when it has not come whole. */
  #line(bytes: Buffer, view: DataView, at: number, end: number, sink: CommandSink): number {
    // By hand: `indexOf` would look on to the end of the buffer, through what is no part of the stream.
    const lineEndMax = Math.min(end, at + lineBytesMax);
    let lineEnd = at;
    while (lineEnd < lineEndMax && bytes[lineEnd] !== lineFeed) lineEnd++;
    if (lineEnd === lineEndMax) {
      if (lineEnd - at === lineBytesMax) sink.hangUp();
      return -1;
    }
    const fields = fieldsOf(bytes, at, lineEnd);
    if (!verbsWithBody.has(fields[0]!)) {
      sink.command(fields);
      return lineEnd + 1;
    }
    const refused = sink.checkLine(fields);
    if (refused) return fail(sink, refused);
    const bodyFrom = lineEnd + 5;
    if (bodyFrom > end) return -1;
    const bodyBytes = view.getInt32(lineEnd + 1);
    const tooMuch = sink.checkSize(fields, bodyBytes);
    if (tooMuch) return fail(sink, tooMuch);
    if (end - bodyFrom < bodyBytes) {
      this.needBytes = bodyFrom + bodyBytes - at;
      return -1;
    }
    sink.body(fields, bytes, view, bodyFrom, bodyBytes);
    return bodyFrom + bodyBytes;
  }
}

/** Whether `prefix` is at `from`, and ends no later than `end`. */
function beginsWith(bytes: Buffer, from: number, end: number, prefix: Uint8Array): boolean {
  if (from + prefix.length > end) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[from + i] !== prefix[i]) return false;
  return true;
}

/** Where the line of a topic alone ends; -1 when it does not by `last`, or holds more than a topic. */
function lineEndOf(bytes: Buffer, from: number, last: number): number {
  const lineEndMax = Math.min(last, from + topicBytesMax);
  for (let at = from; at <= lineEndMax; at++) {
    const byte = bytes[at]!;
    if (byte === lineFeed) return at;
    if (byte === space || byte === carriageReturn) return -1;
  }
  return -1;
}

function fail(sink: CommandSink, refused: Fault): -1 {
  sink.fail(refused);
  return -1;
}

/** The fields of a line as binary strings; one carriage return before its end is no part of it. */
function fieldsOf(bytes: Buffer, from: number, lineEnd: number): string[] {
  const to = lineEnd > from && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd;
  return bytes.toString("latin1", from, to).split(" ");
}
