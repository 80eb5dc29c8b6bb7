// `npm start`: installs and builds what is missing, then starts everything (`weir up`).

import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root } from "./prepare.mjs";

const args = process.argv.slice(2);
const asksOnly = args.some((arg) => /^--?(h|help|version)$/.test(arg));

process.chdir(root);
ensureInstalled();
if (!asksOnly) ensureBuilt();

const { runWeir } = await import(join(root, "bin", "launch.mjs"));
await runWeir(["up", ...args]);
