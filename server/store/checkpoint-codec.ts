/**
 * A checkpoint as bytes: names and ranges as varints, the messages that are owed one by one as
 * the typed arrays they are, a CRC-32 at the end. Little-endian, like every machine this runs on.
 */
import type { ChannelCheckpoint, TopicCheckpoint } from "../broker/checkpoint.ts";
import { ByteReader, ByteWriter, withoutSum } from "./bytes.ts";
import type { Position } from "./segment-files.ts";

const magic = 0x57434b31;

export interface Checkpoint {
  /** Grows from one to the next, over processes too. */
  readonly id: number;
  /** Written when everything had been stored and nothing was done any more. */
  readonly final: boolean;
  /** How far segment files had got: what is before and in no range here is not owed any more. */
  readonly position: Position;
  /** Logs that Postgres may have something of; for all others files have everything there is. */
  readonly postgresLogs: readonly number[];
  readonly topics: readonly TopicCheckpoint[];
}

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const out = new ByteWriter();
  out.number(magic);
  out.number(checkpoint.id);
  out.number(checkpoint.final ? 1 : 0);
  out.number(checkpoint.position.file);
  out.number(checkpoint.position.offset);
  out.number(checkpoint.postgresLogs.length);
  for (const logId of checkpoint.postgresLogs) out.number(logId);
  out.number(checkpoint.topics.length);
  for (const topic of checkpoint.topics) {
    out.text(topic.name);
    out.ranges(topic.ranges);
    out.exceptions(topic.deferred);
    out.number(topic.channels.length);
    for (const channel of topic.channels) {
      out.text(channel.name);
      out.ranges(channel.ranges);
      out.exceptions(channel.exceptions);
    }
  }
  return out.end();
}

/** null: these are not the bytes of a whole checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint | null {
  const body = withoutSum(bytes);
  if (body === null) return null;
  const from = new ByteReader(body);
  if (from.number() !== magic) return null;
  const id = from.number();
  const final = from.number() === 1;
  const position = { file: from.number(), offset: from.number() };
  const postgresLogs = from.list(() => from.number());
  const topics = from.list((): TopicCheckpoint => {
    const name = from.text();
    const ranges = from.ranges();
    const deferred = from.exceptions();
    const channels = from.list(
      (): ChannelCheckpoint => ({ name: from.text(), ranges: from.ranges(), exceptions: from.exceptions() }),
    );
    return { name, ranges, deferred, channels };
  });
  return { id, final, position, postgresLogs, topics };
}
