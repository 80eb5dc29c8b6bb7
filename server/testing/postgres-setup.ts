import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startPostgres } from "../postgres/embedded.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

/** One Postgres for a whole test run; `freshDatabase` gives each test file a database of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), "weir-test-"));
  // Nothing here has to outlive the run: a test of durability starts a server of its own.
  const server = await startPostgres({ dataDir, settings: { fsync: "off", max_connections: "200" } });
  project.provide("postgresUrl", server.url);

  return async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
