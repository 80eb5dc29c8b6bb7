import { connect, createServer, type Server, type Socket } from "node:net";
import { expect, test } from "vitest";
import { parseDatabaseUrl } from "../../db/address.ts";
import { freshDatabase } from "../testing/postgres.ts";
import { openOn } from "./opened-postgres.ts";
import { block, written } from "./store-contract.ts";

const soon = { timeout: 15_000 };

/** Leads to a server; can let what runs through it fall silent, as a network does that says nothing. */
class SilentRoad implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #listener: Server;
  #passes = true;

  constructor(socketPath: string) {
    this.#listener = createServer((near) => {
      const far = connect(socketPath);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        if (!this.#passes) from.pause();
        else from.on("data", (bytes) => to.write(bytes));
        from.on("error", () => to.destroy()).on("close", () => to.destroy());
      }
    });
  }

  async listen(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#listener.listen(0, "127.0.0.1", resolve);
    await promise;
    return (this.#listener.address() as { port: number }).port;
  }

  /** Connections there are, and those made meanwhile, stay open and bring nothing any more. */
  fallSilent(): void {
    this.#passes = false;
    for (const socket of this.#sockets) socket.removeAllListeners("data").pause();
  }

  /** New connections are served; the old ones stay silent. */
  serveAgain(): void {
    this.#passes = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#listener.close(() => resolve());
    await promise;
  }
}

test("[SQ5] when Postgres was away no connection from before is used, though nobody said that it was lost", async () => {
  await using database = await freshDatabase();
  const { user, database: name } = parseDatabaseUrl(database.url);
  const directory = new URL(database.url).searchParams.get("host")!;
  await using road = new SilentRoad(`${directory}/.s.PGSQL.${new URL(database.url).port || 5432}`);
  const node = openOn(`postgres://${user}@127.0.0.1:${await road.listen()}/${name}`, {
    isDurable: () => true,
  });
  await written(node.backlog, "orders", block(2, 0, 1), block(4, 0, 1), block(6, 0, 1));

  road.fallSilent();
  await expect.poll(() => node.link.state, soon).toBe("down");
  const late = written(node.backlog, "orders", block(2, 1, 2));
  road.serveAgain();
  await expect.poll(() => node.link.state, soon).toBe("up");
  const startMs = performance.now();
  await late;

  expect(performance.now() - startMs).toBeLessThan(3_000);
  await node.close();
});
