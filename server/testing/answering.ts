/** An HTTP server of a test's own, on loopback. */
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export interface Answering extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
}

/** Answers each request with what `listener` does. */
export async function answering(listener: RequestListener): Promise<Answering> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
