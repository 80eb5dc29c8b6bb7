/** Records to every one of several nodes, many under way at a time, each node's in their order. */
import type { Producer } from "../../../client/node/index.ts";
import type { Meter } from "../progress.ts";
import { recordBytesMax } from "./records.ts";
import type { Throttle } from "./throttle.ts";

const underWayMax = 1_000;
const underWayBytesMax = 8 * 1024 * 1024;
/** What a producer must be ready to hold: the last record may be as large as records get. */
export const pendingBytesMax = 2 * (underWayBytesMax + recordBytesMax);

export interface Destination {
  readonly topic: string;
  readonly producers: readonly Producer[];
}

/**
 * Resolves when every record, up to where `stopped` came, is acknowledged by every node. Rejects with a sentence
 * when one is not: what came after it may have been published, up to 1,000 records.
 */
export async function publishRecords(
  records: AsyncIterable<Buffer>,
  { topic, producers }: Destination,
  throttle: Throttle,
  meter: Meter,
  stopped: AbortSignal,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let bytes = 0;
  let number = 0;
  let failed: Error | null = null;
  const publish = async (record: Buffer, recordNumber: number) => {
    bytes += record.length;
    try {
      await Promise.all(producers.map((producer) => producer.publish(topic, record)));
      meter.add(record.length);
    } catch (error) {
      failed ??= new Error(`record ${recordNumber}: ${(error as Error).message}`, { cause: error });
    }
    bytes -= record.length;
  };
  for await (const record of records) {
    await throttle.next(stopped);
    if (stopped.aborted) break;
    const sent: Promise<void> = publish(record, ++number).finally(() => underWay.delete(sent));
    underWay.add(sent);
    while (failed === null && (underWay.size >= underWayMax || bytes >= underWayBytesMax))
      await Promise.race(underWay);
    if (failed !== null) break;
  }
  await Promise.all(underWay);
  if (failed !== null) throw failed;
}
