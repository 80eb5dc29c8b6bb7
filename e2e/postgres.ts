import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../server/postgres/embedded.ts";

type Server = Awaited<ReturnType<typeof startPostgres>>;

/** A Postgres in the test's hands: Weir's own would be back before anybody noticed. */
export class OwnPostgres implements AsyncDisposable {
  readonly url: string;
  readonly #dataDir: string;
  #server: Server;

  private constructor(dataDir: string, server: Server) {
    this.#dataDir = dataDir;
    this.#server = server;
    this.url = server.url;
  }

  static async start(): Promise<OwnPostgres> {
    const dataDir = mkdtempSync(join(tmpdir(), "weir-e2e-postgres-"));
    // It may run as another user, in a directory of its own in here.
    chmodSync(dataDir, 0o711);
    return new OwnPostgres(dataDir, await startPostgres({ dataDir }));
  }

  kill9(): Promise<void> {
    return this.#server.kill9();
  }

  async startAgain(): Promise<void> {
    this.#server = await startPostgres({ dataDir: this.#dataDir });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
