// `npm run pictures`: takes the README's pictures from a cluster with traffic through it, in both themes.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findBrowser } from "./browser.mjs";
import { ensureBuilt, ensureInstalled, nodePath, root, toolEnv } from "./prepare.mjs";

/** So that charts have something in them. */
const trafficMs = 60_000;
const readyMsMax = 120_000;
const size = { width: 1280, height: 800 };
const pages = { console: "/" };

ensureInstalled();
ensureBuilt();
const executablePath = await findBrowser();
if (executablePath === null) process.exit(1);

const dataPath = mkdtempSync(join(tmpdir(), "weir-pictures-"));
const ports = [
  "--tcp-address=127.0.0.1:0",
  "--http-address=127.0.0.1:0",
  "--console-http-address=127.0.0.1:0",
];
const lookups = ["--lookupd-tcp-address=127.0.0.1:0", "--lookupd-http-address=127.0.0.1:0"];
const demo = spawn(
  nodePath(),
  [join(root, "scripts/demo-cluster.mjs"), `--data-path=${dataPath}`, ...ports, ...lookups],
  { env: toolEnv(), stdio: ["ignore", "pipe", "inherit"] },
);
const ended = new Promise((resolve) => demo.once("exit", resolve));
try {
  const signInUrl = await signInLink(demo.stdout);
  const browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  const context = await browser.newContext({ viewport: size, locale: "en" });
  const page = await context.newPage();
  await page.goto(signInUrl);
  await page.waitForTimeout(trafficMs);
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(new URL(path, signInUrl).href);
      await page.locator('[data-testid="live-pill"][data-state="live"]').waitFor();
      // A moment later rates and charts have been told.
      await page.waitForTimeout(5_000);
      const file = `docs/${name}${theme === "dark" ? "-dark" : ""}.png`;
      await page.screenshot({ path: join(root, file), animations: "disabled" });
      console.log(file);
    }
  }
  await browser.close();
} finally {
  demo.kill("SIGTERM");
  await ended;
  rmSync(dataPath, { recursive: true, force: true });
}

/** The link it prints once everything stands. */
async function signInLink(output) {
  const late = setTimeout(() => demo.kill("SIGTERM"), readyMsMax);
  let said = "";
  for await (const text of output.iterator({ destroyOnReturn: false })) {
    said += text;
    if (said.includes("Ctrl-C")) break;
  }
  clearTimeout(late);
  output.resume();
  const url = /Sign in +(\S+)/.exec(said)?.[1];
  if (url === undefined) throw new Error(`the cluster did not start:\n${said}`);
  return url;
}
