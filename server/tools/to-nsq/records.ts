/** What is read, cut into records at a delimiter. */

/** A longer record is a mistake, as a wrong delimiter is; the largest message nsqds take is far smaller. */
export const recordBytesMax = 64 * 1024 * 1024;

/**
 * The records of `input`, without their delimiters; empty ones are left out, and the last one needs no delimiter.
 * Throws a sentence at a record of more than `bytesMax`.
 */
export async function* recordsOf(
  input: AsyncIterable<Buffer>,
  delimiter: number,
  bytesMax = recordBytesMax,
): AsyncGenerator<Buffer> {
  let started: Buffer[] = [];
  let startedBytes = 0;
  const check = (bytes: number) => {
    if (bytes > bytesMax) throw new Error(`a record of more than ${bytesMax} bytes: is the delimiter right?`);
  };
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(delimiter); end >= 0; end = chunk.indexOf(delimiter, from)) {
      const rest = chunk.subarray(from, end);
      from = end + 1;
      check(startedBytes + rest.length);
      const record = startedBytes === 0 ? rest : Buffer.concat([...started, rest]);
      if (startedBytes > 0) {
        started = [];
        startedBytes = 0;
      }
      if (record.length > 0) yield record;
    }
    if (from < chunk.length) {
      started.push(chunk.subarray(from));
      startedBytes += chunk.length - from;
      check(startedBytes);
    }
  }
  if (startedBytes > 0) yield Buffer.concat(started);
}
