// `npm run pages`: tabs that consume 10,000 messages while they are closed, reloaded, cut off, slowed and frozen.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findBrowser } from "./browser.mjs";
import { ensureBuilt, ensureInstalled, nodePath, root, toolEnv } from "./prepare.mjs";

ensureInstalled();
ensureBuilt();
const browser = await findBrowser();
if (browser === null) process.exit(1);
const { status } = spawnSync(
  nodePath(),
  [
    join(root, "node_modules/@playwright/test/cli.js"),
    "test",
    "e2e/pages-consume.spec.ts",
    ...process.argv.slice(2),
  ],
  { cwd: root, env: toolEnv({ CHROMIUM_PATH: browser, PAGES: "long" }), stdio: "inherit" },
);
process.exit(status ?? 1);
