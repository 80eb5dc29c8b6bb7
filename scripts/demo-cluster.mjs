// `npm run demo:cluster`: three nodes, two lookups, the console, and traffic through them.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { installedNode } from "../bin/launch.mjs";
import { ensureBuilt, ensureInstalled, root } from "./prepare.mjs";

const asksOnly = process.argv.slice(2).some((arg) => /^--?(h|help|version)$/.test(arg));

ensureInstalled();
if (!asksOnly) ensureBuilt();

const node = Number.parseInt(process.versions.node, 10) >= 26 ? process.execPath : installedNode();
// The channel is there so that the demo learns of our end, however that comes.
const demo = spawn(node, [join(root, "scripts/demo/cluster.ts"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: ["inherit", "inherit", "inherit", "ipc"],
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => demo.kill(signal));
demo.on("exit", (code) => process.exit(code ?? 1));
