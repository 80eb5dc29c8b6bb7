import { once } from "node:events";
import type { ClientError, Producer } from "../../client/node/index.ts";

/** Resolves to what kept the producer from connecting the first time it tried; null: it has connected. */
export async function firstConnection(producer: Producer): Promise<ClientError | null> {
  if (producer.isConnected) return null;
  const settled = new AbortController();
  try {
    return await Promise.race([
      once(producer, "connected", settled).then(() => null),
      once(producer, "disconnected", settled).then(([, error]) => error as ClientError),
    ]);
  } finally {
    settled.abort();
  }
}
