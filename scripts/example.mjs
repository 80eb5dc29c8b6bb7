// `npm run example -- order-board`: a page that consumes, with a Weir of its own.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { installedNode } from "../bin/launch.mjs";
import { ensureBuilt, ensureInstalled, root } from "./prepare.mjs";

ensureInstalled();
ensureBuilt();

const node = Number.parseInt(process.versions.node, 10) >= 26 ? process.execPath : installedNode();
const example = spawn(node, [join(root, "examples/run.ts"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => example.kill(signal));
example.on("exit", (code) => process.exit(code ?? 1));
