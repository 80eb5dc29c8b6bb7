/** The Postgres of a run: a server of its own that can be killed, stopped, started, and made to wait. */
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type EmbeddedPostgres, startPostgres } from "../../server/postgres/embedded.ts";
import type { Recorder } from "./recorder.ts";

/** From when it answers again until every node may be expected to have found that out, and caught up. */
const noticedWithinMs = 2_000;

export class ChaosPostgres implements AsyncDisposable {
  readonly url: string;
  readonly #dataDir: string;
  readonly #recorder: Recorder;
  readonly #sql: postgres.Sql;
  #running: EmbeddedPostgres | null;
  #isAway = false;
  #noticed: NodeJS.Timeout | undefined;
  /** How often it ended without being asked to. */
  falls = 0;

  private constructor(dataDir: string, running: EmbeddedPostgres, recorder: Recorder) {
    this.#dataDir = dataDir;
    this.#running = running;
    this.#recorder = recorder;
    this.url = running.url;
    this.#sql = this.connect(2);
  }

  /** @param dataDir instead of a directory of its own */
  static async start(recorder: Recorder, dataDir?: string): Promise<ChaosPostgres> {
    const dir = dataDir ?? (await mkdtemp(join(tmpdir(), "weir-chaos-pg-")));
    // It may fall at any time from now on.
    const fell = Promise.withResolvers<void>();
    const server = await startPostgres({ dataDir: dir, settings, onExit: () => fell.resolve() });
    const postgres = new ChaosPostgres(dir, server, recorder);
    void fell.promise.then(() => postgres.#fell(server));
    return postgres;
  }

  get socketPath(): string {
    return join(new URL(this.url).searchParams.get("host")!, ".s.PGSQL.5432");
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** For the harness itself: not through any proxy. */
  get sql(): postgres.Sql {
    return this.#sql;
  }

  /** Connections of the harness' own. */
  connect(max: number): postgres.Sql {
    const url = new URL(this.url);
    return postgres({
      host: url.searchParams.get("host")!,
      user: url.username,
      database: url.pathname.slice(1),
      max,
      fetch_types: false,
      backoff: () => 0.1,
      onnotice: () => {},
    });
  }

  async kill(): Promise<void> {
    await this.#taken()?.kill9();
  }

  async stop(): Promise<void> {
    await this.#taken()?.stop();
  }

  /** On the same data; a server that was killed leaves children, which take a moment to be gone. */
  async start(): Promise<void> {
    const deadlineMs = performance.now() + 30_000;
    while (this.#running === null) {
      try {
        const server = await startPostgres({
          dataDir: this.#dataDir,
          settings,
          onExit: () => this.#fell(server),
        });
        this.#running = server;
      } catch (error) {
        if (performance.now() > deadlineMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    this.back();
  }

  /** From now on the store cannot be had. */
  away(): void {
    clearTimeout(this.#noticed);
    if (!this.#isAway) this.#recorder.add({ op: "away", proc: "harness", kind: "ok" });
    this.#isAway = true;
  }

  /** It can be had again, which nodes notice a moment later. */
  back(): void {
    if (!this.#isAway) return;
    clearTimeout(this.#noticed);
    this.#noticed = setTimeout(() => {
      this.#isAway = false;
      this.#recorder.add({ op: "back", proc: "harness", kind: "ok" });
    }, noticedWithinMs);
  }

  /** It is about to be ended. */
  #taken(): EmbeddedPostgres | null {
    const running = this.#running;
    this.#running = null;
    this.away();
    return running;
  }

  /** Whether or not it was asked to. */
  #fell(server: EmbeddedPostgres): void {
    if (this.#running !== server) return;
    this.falls++;
    this.#running = null;
    this.away();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#noticed);
    await this.#sql.end({ timeout: 1 });
    await this.#running?.stop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

const settings = { max_connections: "100" };
