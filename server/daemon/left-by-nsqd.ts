/**
 * What a genuine nsqd has left in its data path. We take its topics, channels and pauses over; its queues are
 * files of another format, and whoever starts a node on them should not learn it from a missing message.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeLog } from "./node-log.ts";

const metaFile = /\.diskqueue\.meta\.dat$/;
const queuesMax = 10_000;

export async function tellWhatNsqdLeft(dataPath: string, log: NodeLog): Promise<void> {
  const names = (await readdir(dataPath)).filter((name) => metaFile.test(name)).slice(0, queuesMax);
  let messages = 0;
  // What cannot be read cannot be counted; a node does not end over that.
  for (const name of names)
    messages += depthIn(await readFile(join(dataPath, name), "latin1").catch(() => ""));
  if (messages > 0)
    log.log(
      "error",
      `NSQ: ${messages} messages lie in ${dataPath} in nsqd's own files, which are not read (see docs/coming-from-nsq.md)`,
    );
}

/** The first line of the file is the number of messages in its queue. */
function depthIn(text: string): number {
  return Number(/^\d{1,15}(?=\n)/.exec(text)?.[0] ?? 0);
}
