/** A Weir of the example's own: started, signed in to, and asked for an API token as a backend would have one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Weir extends AsyncDisposable {
  /** The console's address. */
  readonly url: string;
  /** A node's, for `POST /pub`. */
  readonly nodeUrl: string;
  readonly signInUrl: string;
  readonly apiToken: string;
}

const weir = resolve(import.meta.dirname, "../bin/weir.mjs");
const readyMsMax = 90_000;

export async function startWeir(): Promise<Weir> {
  const dataPath = mkdtempSync(join(tmpdir(), "weir-example-"));
  const ports = ["tcp", "http", "console-http"].map((name) => `--${name}-address=127.0.0.1:0`);
  const child = spawn(process.execPath, [weir, "up", `--data-path=${dataPath}`, ...ports], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = async () => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
    rmSync(dataPath, { recursive: true, force: true });
  };
  let said = "";
  const late = setTimeout(() => child.kill("SIGKILL"), readyMsMax);
  for await (const text of child.stdout.iterator({ destroyOnReturn: false })) {
    said += text;
    if (said.includes("Ctrl-C")) break;
  }
  clearTimeout(late);
  // What else it says is not read, and must not fill the pipe.
  child.stdout.resume();
  const told = (name: string) => new RegExp(`^ *${name} +(\\S+)`, "m").exec(said)?.[1];
  const [url, signInUrl, nodeUrl] = [told("Console"), told("Sign in"), told("NSQ HTTP")];
  try {
    if (!url || !signInUrl || !nodeUrl) throw new Error(`weir up did not come up:\n${said}`);
    const apiToken = await makeApiToken(url, signInUrl);
    return { url, nodeUrl, signInUrl: `${url}/signin`, apiToken, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a person does under Settings, Tokens. */
async function makeApiToken(url: string, signInUrl: string): Promise<string> {
  const signedIn = await fetch(signInUrl, { redirect: "manual" });
  const cookie = signedIn.headers.getSetCookie()[0]!.split(";")[0]!;
  const answer = await fetch(`${url}/api/v1/tokens`, {
    method: "POST",
    headers: { cookie, origin: url, "content-type": "application/json" },
    body: JSON.stringify({
      ...{ name: "example backend", rights: ["read", "read-bodies", "publish", "operate"] },
      ...{ topics: ["*"], channels: ["*"], days: 1 },
    }),
  });
  if (!answer.ok) throw new Error(`no API token: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { secret: string }).secret;
}
