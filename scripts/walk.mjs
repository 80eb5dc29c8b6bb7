// `npm run walk`: every page in every state, theme and language, where `npm test` takes them in pairs.

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
  [join(root, "node_modules/@playwright/test/cli.js"), "test", "e2e/walk.spec.ts", ...process.argv.slice(2)],
  { cwd: root, env: toolEnv({ CHROMIUM_PATH: browser, WALK: "all" }), stdio: "inherit" },
);
process.exit(status ?? 1);
