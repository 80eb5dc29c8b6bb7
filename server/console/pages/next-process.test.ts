import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { NextProcess } from "./next-process.ts";

const directory = mkdtempSync(join(tmpdir(), "weir-pages-"));
/** Stands for `next start`: answers with what it has in its environment, and ends when told. */
const program = join(directory, "program.mjs");
writeFileSync(
  program,
  `import { createServer } from "node:http";
createServer((request, response) => {
  if (request.url === "/exit") process.exit(3);
  response.end(JSON.stringify({ env: process.env, pid: process.pid }));
}).listen(Number(process.argv[2]), "127.0.0.1");`,
);

function pagesProcess(warnings: string[] = []): NextProcess {
  return new NextProcess({
    directory,
    apiUrl: "http://127.0.0.1:4171",
    base: "",
    warn: (message) => warnings.push(message),
    program: (port) => [program, String(port)],
  });
}

const ask = async (url: string) =>
  (await (await fetch(url)).json()) as { env: Record<string, string>; pid: number };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("[CP1] the pages' process has no database, no secret and nothing else of ours in its environment", async () => {
  process.env["DATABASE_URL"] = "postgres://user:canary@localhost/db";
  process.env["SOME_SECRET"] = "canary";
  const pages = pagesProcess();
  await pages.start();
  const { env } = await ask(pages.url!);
  await pages.stop();
  delete process.env["DATABASE_URL"];
  delete process.env["SOME_SECRET"];

  expect(JSON.stringify(env)).not.toContain("canary");
  expect(env["WEIR_API_URL"]).toBe("http://127.0.0.1:4171");
  const known = [
    "NODE_ENV",
    "NEXT_TELEMETRY_DISABLED",
    "WEIR_API_URL",
    "WEIR_BASE_PATH",
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
  ];
  const others = ["NODE_EXTRA_CA_CERTS", "NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE"];
  expect(Object.keys(env).filter((name) => ![...known, ...others].includes(name))).toEqual([]);
});

test("[CP2] stopped, it is gone", async () => {
  const pages = pagesProcess();
  await pages.start();
  const { pid } = await ask(pages.url!);
  await pages.stop();

  expect([isAlive(pid), pages.url]).toEqual([false, null]);
});

test("[CP2] it ends with the console, even when that is killed", async () => {
  const script = join(directory, "parent.mjs");
  const module = new URL("./next-process.ts", import.meta.url).href;
  const found = join(directory, "pid");
  writeFileSync(
    script,
    `import { writeFileSync } from "node:fs";
import { NextProcess } from ${JSON.stringify(module)};
const pages = new NextProcess({ directory: ".", apiUrl: "", base: "", warn() {}, program: (port) => [${JSON.stringify(program)}, String(port)] });
await pages.start();
const { pid } = await (await fetch(pages.url)).json();
writeFileSync(${JSON.stringify(found)}, String(pid));`,
  );
  const parent = spawn(process.execPath, [script], { stdio: "ignore" });
  const pid = await eventually(
    () => {
      const text = readFileSync(found, "utf8");
      expect(text).not.toBe("");
      return Number(text);
    },
    { withinMs: 15_000 },
  );
  const before = isAlive(pid);
  parent.kill("SIGKILL");

  await eventually(() => expect(isAlive(pid)).toBe(false));
  expect(before).toBe(true);
});

test("[CP3] when it dies it is started again, and meanwhile there is no address", async () => {
  const warnings: string[] = [];
  const pages = pagesProcess(warnings);
  await pages.start();
  const first = await ask(pages.url!);
  await fetch(`${pages.url}/exit`).catch(() => {});
  await eventually(() => expect(pages.url).toBeNull());
  const second = await eventually(async () => ask(pages.url!));
  await pages.stop();

  expect(second.pid).not.toBe(first.pid);
  expect(warnings.join()).toMatch(/ended \(exit code 3\); started again in \d+ ms/);
});
