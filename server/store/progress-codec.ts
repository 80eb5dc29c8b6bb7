/** A flush of progress as bytes. Sequences are written as what they are beyond the one before. */
import type {
  ChannelProgress,
  ProgressFlush,
  TopicProgress,
  WindowProgress,
} from "../broker/progress-flush.ts";
import { ByteReader, ByteWriter, withoutSum } from "./bytes.ts";

const magic = 0x57505231;

export function encodeFlush(flush: ProgressFlush): Uint8Array {
  const out = new ByteWriter();
  out.number(magic);
  out.number(flush.whole ? 1 : 0);
  out.list(flush.goneTopics, (name) => out.text(name));
  out.list(flush.ended, (logId) => out.number(logId));
  out.list(flush.restored, (logId) => out.number(logId));
  out.list(flush.topics, (topic) => {
    out.text(topic.name);
    out.number(topic.keepsItsOwn ? 1 : 0);
    out.list(topic.logs, ({ logId, handedTo, end }) => {
      out.number(logId);
      out.number(handedTo);
      out.number(end);
    });
    out.ranges(topic.ranges);
    out.list(topic.goneChannels, (name) => out.text(name));
    out.list(topic.channels, (channel) => encodeChannel(out, channel));
  });
  return out.end();
}

/** null: these are not the bytes of a whole flush. */
export function decodeFlush(bytes: Uint8Array): ProgressFlush | null {
  const body = withoutSum(bytes);
  if (body === null) return null;
  const from = new ByteReader(body);
  if (from.number() !== magic) return null;
  const whole = from.number() === 1;
  const goneTopics = from.list(() => from.text());
  const ended = from.list(() => from.number());
  const restored = from.list(() => from.number());
  const topics = from.list(
    (): TopicProgress => ({
      name: from.text(),
      keepsItsOwn: from.number() === 1,
      logs: from.list(() => ({ logId: from.number(), handedTo: from.number(), end: from.number() })),
      ranges: from.ranges(),
      goneChannels: from.list(() => from.text()),
      channels: from.list(() => decodeChannel(from)),
    }),
  );
  return { whole, goneTopics, ended, restored, topics };
}

function encodeChannel(out: ByteWriter, channel: ChannelProgress): void {
  out.text(channel.name);
  out.number(channel.whole ? 1 : 0);
  out.list(channel.windows, ({ logId, low, next, to, held }) => {
    out.number(logId);
    out.number(low);
    out.number(next - low);
    out.number(to);
    let at = low;
    out.list(held, (seq) => {
      out.number(seq - at);
      at = seq;
    });
  });
  out.exceptions(channel.owed);
  out.number(channel.gone.seq.length);
  out.array(channel.gone.logId);
  out.array(channel.gone.seq);
}

function decodeChannel(from: ByteReader): ChannelProgress {
  const name = from.text();
  const whole = from.number() === 1;
  const windows = from.list((): WindowProgress => {
    const logId = from.number();
    const low = from.number();
    const next = low + from.number();
    const to = from.number();
    let at = low;
    const held = from.list(() => (at += from.number()));
    return { logId, low, next, to, held };
  });
  const owed = from.exceptions();
  const count = from.number();
  return { name, whole, windows, owed, gone: { logId: from.words(count), seq: from.words(count) } };
}
