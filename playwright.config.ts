import { defineConfig } from "@playwright/test";
// @ts-expect-error: plain JavaScript, for the Node at hand on a fresh clone.
import { findBrowser } from "./scripts/browser.mjs";

const closedNetwork = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];
// Chromium's sandbox refuses root.
const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const executablePath = process.env["CHROMIUM_PATH"] ?? (await findBrowser());
if (executablePath === null) process.exit(1);

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  // Each has systems of its own, and the machine may have two cores.
  workers: 2,
  forbidOnly: true,
  // A shared machine stands still at times. What needed a second attempt is named at the end of a run.
  retries: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  outputDir: "test-results",
  use: {
    launchOptions: { executablePath, args: [...sandbox, ...closedNetwork] },
    viewport: { width: 1280, height: 800 },
    // Writing it down costs a third of the time: only what fails is, when it is tried again.
    trace: "on-first-retry",
    screenshot: "only-on-failure",
  },
});
