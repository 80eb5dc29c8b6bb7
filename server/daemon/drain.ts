/** `weir drain`: asks a node to hand over what it has, and says how far it is. */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { StartError } from "../cli/config-file.ts";
import type { DrainOptions } from "../cli/drain-options.ts";
import type { LiveDrain } from "../protocol/live.ts";
import { readSecret } from "./node-settings.ts";

/** @returns the exit code. Throws StartError when the node does not begin. */
export async function runDrain(options: DrainOptions): Promise<number> {
  const url = `http://${options["nsqd-http-address"]}/v1/drain`;
  const headers = { authorization: `Bearer ${readSecret(options["cluster-secret-file"])}` };
  const response = await fetch(url, { method: "POST", headers }).catch((error: Error) => {
    throw new StartError(`${url}: ${(error.cause as Error | undefined)?.message ?? error.message}`);
  });
  if (response.status !== 200) throw new StartError(`${url}: ${response.status} ${await response.text()}`);
  let last: LiveDrain | null = null;
  try {
    for await (const line of createInterface({ input: Readable.from(response.body!) })) {
      last = JSON.parse(line) as LiveDrain;
      process.stdout.write(`${told(last)}\n`);
    }
  } catch {
    // Said below: the last line was not the last.
  }
  if (last?.state === "done") return 0;
  if (last?.state !== "failed") process.stderr.write("the node has hung up before it was done\n");
  return 1;
}

function told({ state, logs, logsLeft, messages, messagesLeft, reason }: LiveDrain): string {
  const left = `${messagesLeft} of ${messages} messages and ${logsLeft} of ${logs} logs left`;
  return `${state}: ${left}${reason === null ? "" : `; ${reason}`}`;
}
