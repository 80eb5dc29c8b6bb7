/** `POST /v1/drain`: the node hands over what it has and ends; how far that is, a line each time it is other. */
import { Refusal } from "../http-api/errors.ts";
import { type Answer, type Call, written } from "./call.ts";
import { lineHeaders } from "./live.ts";

const lookEveryMs = 200;

/** Begins it, or follows what has begun. It goes on when whoever asked hangs up. */
export async function drain({ ports, response }: Call): Promise<Answer> {
  if (ports.drain === null) {
    return new Refusal("NO_DATABASE", "this node was started without --database-url: nobody could take over");
  }
  const refusal = ports.drain.begin();
  if (refusal !== null) return new Refusal("UNAVAILABLE", refusal);
  response.writeHead(200, lineHeaders).flushHeaders();
  let told = "";
  while (!response.destroyed) {
    const { state } = ports.drain;
    const line = JSON.stringify(state);
    if (line !== told) response.write(`${line}\n`);
    told = line;
    if (state?.state !== "running") break;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  response.end();
  return written;
}
