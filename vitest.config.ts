import { defineConfig } from "vitest/config";

const pgTests = "**/*.pg.test.ts";
const ignored = ["node_modules/**", ".next/**", "e2e/**"];

export default defineConfig({
  test: {
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["**/*.test.{ts,tsx}"], exclude: [...ignored, pgTests] },
      },
      {
        extends: true,
        test: {
          name: "pg",
          include: [pgTests],
          exclude: ignored,
          testTimeout: 60_000,
          globalSetup: "server/testing/postgres-setup.ts",
        },
      },
    ],
  },
});
