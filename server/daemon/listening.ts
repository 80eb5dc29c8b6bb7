/** Listening at an address of a flag. */
import { lstatSync, unlinkSync } from "node:fs";
import { connect, type ListenOptions } from "node:net";
import { StartError } from "../cli/config-file.ts";
import { listenOptions } from "./address.ts";

const answerMsMax = 1_000;

/**
 * Listens where `address` says; resolves to the port, -1 for a unix socket.
 * @throws StartError in NSQ's words when that cannot be.
 */
export async function listenAt(
  program: string,
  address: string,
  listen: (options: ListenOptions) => Promise<number>,
): Promise<number> {
  const options = listenOptions(address);
  try {
    if (options.path !== undefined && (await isLeftBehind(options.path))) unlinkSync(options.path);
    return await listen(options);
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartError(`failed to instantiate ${program} - listen (${address}) failed - ${reason}`);
  }
}

/** A process that was killed leaves its socket's file, and nobody could listen there again. */
async function isLeftBehind(path: string): Promise<boolean> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.setTimeout(answerMsMax, () => resolve(false));
  socket.once("connect", () => resolve(false));
  socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  const leftBehind = await promise;
  socket.destroy();
  return leftBehind;
}
