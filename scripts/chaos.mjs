// Runs the chaos with a Node that can run it.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installedNode } from "../bin/launch.mjs";

const node = Number.parseInt(process.versions.node, 10) >= 26 ? process.execPath : installedNode();
const main = fileURLToPath(new URL("../bench/chaos/main.ts", import.meta.url));
spawn(node, [main, ...process.argv.slice(2)], { stdio: "inherit" }).on("exit", (code) =>
  process.exit(code ?? 1),
);
