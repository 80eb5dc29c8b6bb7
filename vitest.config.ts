import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const withPostgres = "**/*.pg.test.ts";
/** Against a running node, mostly waiting for it. */
const conformance = "server/conformance/**/*.test.ts";
/** What times a node or weighs it wants the machine for itself. */
const measured = "server/conformance/{hostile,overflow,postgres-away,start}*.test.ts";
const ignored = ["node_modules/**", ".next/**", "e2e/**"];
const globalSetup = "server/testing/postgres-setup.ts";
/** Of tests with processes of their own: a shared machine stands still at times. What fails twice is a failure. */
const retry = 1;

export default defineConfig({
  test: {
    pool: "forks",
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
