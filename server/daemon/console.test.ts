import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { newSignInLink } from "./console.ts";

interface Ready {
  readonly type: string;
  readonly url: string;
  readonly signInUrl: string;
}

const root = resolve(import.meta.dirname, "../..");

/** `weir console` in a process of its own, without pages: there are none in its directory. */
async function startConsole(dataPath: string): Promise<{ child: ChildProcess; ready: Ready }> {
  const flags = [
    "--http-address=127.0.0.1:0",
    "--nsqd-http-address=127.0.0.1:1",
    `--data-path=${dataPath}`,
    `--next-dir=${dataPath}`,
  ];
  const child = spawn(process.execPath, [join(root, "bin/weir.mjs"), "console", ...flags], {
    cwd: dataPath,
    env: { ...process.env, DATABASE_URL: "" },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const [ready] = (await once(child, "message")) as [Ready];
  return { child, ready };
}

const signIn = async (url: string) => (await fetch(url, { redirect: "manual" })).status;

test("[CS7] a console tells its parent where it serves and how to sign in; another link is to be had at its data path", async () => {
  const dataPath = mkdtempSync(join(tmpdir(), "weir-console-"));
  const { child, ready } = await startConsole(dataPath);
  const another = await newSignInLink(dataPath);
  const mode = statSync(join(dataPath, "sign-in-link")).mode & 0o777;
  const statuses = [await signIn(ready.signInUrl), await signIn(another), await signIn(another)];
  const page = await fetch(ready.url, { redirect: "manual", headers: { accept: "text/html" } });
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");

  expect(ready.signInUrl.startsWith(`${ready.url}/signin?token=`)).toBe(true);
  expect(statuses).toEqual([303, 303, 403]);
  expect([mode, page.status, code]).toEqual([0o600, 401, 0]);
  await expect(newSignInLink(dataPath)).rejects.toThrow("no console runs");
  expect(existsSync(join(dataPath, "sign-in-link.wanted"))).toBe(false);
});

test("[CS7] a console that an older Node has handed over to a newer one says on stdout how to sign in, where nobody else is told", async () => {
  const dataPath = mkdtempSync(join(tmpdir(), "weir-console-"));
  const older = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } }); process.execve = undefined;`;
  const flags = ["--http-address=127.0.0.1:0", `--data-path=${dataPath}`, `--next-dir=${dataPath}`];
  const child = spawn(
    process.execPath,
    [
      "--import",
      `data:text/javascript,${older}`,
      join(root, "bin/nsqadmin.mjs"),
      "--nsqd-http-address=127.0.0.1:1",
      ...flags,
    ],
    { cwd: dataPath, env: { ...process.env, DATABASE_URL: "" }, stdio: ["ignore", "pipe", "ignore"] },
  );
  let said = "";
  for await (const part of child.stdout!) {
    said += String(part);
    if (said.includes("token=")) break;
  }
  child.kill("SIGTERM");
  await once(child, "exit");

  expect(said).toMatch(
    /^Console on http:\/\/127.0.0.1:\d+\nSign in \(once, within 15 minutes\): http.*token=/,
  );
});

test("[CS7] a console ends when whoever started it is gone", async () => {
  const { child } = await startConsole(mkdtempSync(join(tmpdir(), "weir-console-")));
  child.disconnect();
  const [code] = await once(child, "exit");

  expect(code).toBe(0);
});

test("[AD7] a console whose pages were built to stand elsewhere does not start", async () => {
  const dataPath = mkdtempSync(join(tmpdir(), "weir-console-"));
  mkdirSync(join(dataPath, ".next"));
  writeFileSync(join(dataPath, ".next/routes-manifest.json"), '{"basePath":"/nsq"}');
  const flags = ["--nsqd-http-address=127.0.0.1:1", `--data-path=${dataPath}`, `--next-dir=${dataPath}`];
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, "bin/nsqadmin.mjs"), "--http-address=127.0.0.1:0", "--base-path=/other", ...flags],
    { encoding: "utf8", timeout: 20_000, env: { ...process.env, DATABASE_URL: "" } },
  );

  expect(status).toBe(1);
  expect(stderr).toContain("FATAL: the pages were built for --base-path=/nsq, not /other");
});
