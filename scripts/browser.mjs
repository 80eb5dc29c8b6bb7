// Finds a Chromium for the browser tests, and gets one when there is none.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root, runTool } from "./prepare.mjs";

const require = createRequire(join(root, "package.json"));
const systemNames = [
  "chromium",
  "chromium-browser",
  "chromium-headless-shell",
  "google-chrome",
  "google-chrome-stable",
];

/** The path of a browser, in the order of what costs least; or null, and why is said. */
export async function findBrowser() {
  return (
    given() ?? onPath() ?? downloaded() ?? download() ?? aptInstall() ?? (await fromPackage()) ?? giveUp()
  );
}

function given() {
  const path = process.env.CHROMIUM_PATH;
  return path && existsSync(path) ? path : null;
}

function onPath() {
  for (const name of systemNames) {
    const { status, stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
    if (status === 0) return stdout.trim();
  }
  return null;
}

function downloaded() {
  const path = require("@playwright/test").chromium.executablePath();
  return existsSync(path) ? path : null;
}

function download() {
  console.log("No Chromium found: trying Playwright's download …");
  // A closed network is to be noticed soon.
  const { ok } = runTool("@playwright/test/cli.js", ["install", "chromium"], {
    PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "10000",
  });
  return ok ? downloaded() : null;
}

function aptInstall() {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return null;
  console.log("Trying apt-get install chromium-headless-shell …");
  const apt = (...args) =>
    spawnSync("apt-get", ["-qq", ...args], { stdio: ["ignore", "ignore", "inherit"] }).status;
  apt("update");
  apt("install", "-y", "--no-install-recommends", "chromium-headless-shell");
  return onPath();
}

async function fromPackage() {
  try {
    const { default: chromium } = await import(require.resolve("@sparticuz/chromium"));
    const path = await chromium.executablePath();
    return spawnSync(path, ["--version"]).status === 0 ? path : null;
  } catch {
    return null;
  }
}

function giveUp() {
  console.error(
    "No Chromium could be found or installed: set CHROMIUM_PATH to one, or install the package chromium.",
  );
  return null;
}
