import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const withPostgres = "**/*.pg.test.ts";
/** Against a running node, mostly waiting for it. */
const conformance = "server/conformance/**/*.test.ts";
/** What times a node or weighs it wants the machine for itself. */
const measured = "server/conformance/{hostile,overflow,postgres-away,start}*.test.ts";
const ignored = ["node_modules/**", ".next/**", "e2e/**"];
const globalSetup = "server/testing/postgres-setup.ts";
/** Of tests with processes of their own: a shared machine stands still at times. What fails twice is a failure. */
const retry = 1;

/** These take half a minute and more, most of it waiting: they begin first, so that none is left alone at the end. */
const longest = [
  "durable-crash.pg",
  "adoption.pg",
  "jobs.pg",
  "bridge",
  "chaos.pg",
  "demo-cluster",
  "announcing",
  "heartbeat",
  "alerts.pg",
  "lying-lookup",
  "drain.pg",
  "cluster.pg",
  "up.pg",
].map((name) => `/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(name));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    pool: "forks",
    sequence: { sequencer: LongestFirst },
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A second is little where two cores are shared by all that a test starts.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...ignored, withPostgres, conformance],
        },
      },
      {
        extends: true,
        test: {
          name: "pg",
          include: [withPostgres],
          exclude: [...ignored, conformance],
          testTimeout: 60_000,
          globalSetup,
          retry,
        },
      },
      {
        extends: true,
        test: {
          name: "conformance",
          include: [conformance],
          exclude: [...ignored, measured],
          testTimeout: 60_000,
          globalSetup,
          retry,
        },
      },
      {
        extends: true,
        test: {
          name: "measured",
          include: [measured],
          exclude: ignored,
          testTimeout: 60_000,
          globalSetup,
          retry,
          fileParallelism: false,
        },
      },
    ],
  },
});
