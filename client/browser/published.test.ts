import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const tsc = join(root, "node_modules/typescript/bin/tsc");
/** Minified and compressed, without socket.io-client. */
const bundleBytesMax = 6 * 1024;

/** An empty project that has installed what is packed. */
let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "weir-browser-"));
  await run(process.execPath, [tsc, "-p", join(import.meta.dirname, "tsconfig.json")]);
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", project], {
    cwd: import.meta.dirname,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await writeFile(
    join(project, "package.json"),
    JSON.stringify({ name: "shop", private: true, type: "module" }),
  );
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", ["install", ...quiet, join(project, filename)], { cwd: project });
}, 120_000);

afterAll(() => rm(project, { recursive: true }));

test("[BC8] what is packed is installed into an empty project, and runs there", async () => {
  await writeFile(
    join(project, "use.mjs"),
    `import { Consumer, Producer, BridgeError } from "weir-browser";
    const token = () => { throw new Error("none"); };
    const options = { url: "http://127.0.0.1:9", token, topic: "t", channel: "c", onMessage() {} };
    const consumer = new Consumer(options);
    consumer.on("error", (error) => {
      console.log(error instanceof BridgeError, error.code, typeof Producer);
      consumer.close();
    });`,
  );

  const { stdout } = await run(process.execPath, ["use.mjs"], { cwd: project });

  expect(stdout).toBe("true token function\n");
});

test("[BC8] its types are there, and strict", async () => {
  await writeFile(
    join(project, "use.ts"),
    `import { Consumer, type Gap, type Message } from "weir-browser";
    const onMessage = async (message: Message): Promise<string> => message.finish();
    const options = { topic: "t", channel: "c", token: () => "t", onMessage };
    new Consumer(options).on("gap", ({ missed }: Gap) => console.log(missed));
    // @ts-expect-error there is no such option
    new Consumer({ ...options, maxInflight: 1 });
    `,
  );
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"];

  const { stdout } = await run(process.execPath, [tsc, ...flags, "use.ts"], { cwd: project }).catch(
    (error: { stdout: string }) => error,
  );

  expect(stdout).toBe("");
});

test("[BC8] it is a few kilobytes over socket.io-client", async () => {
  const bundle = await rolldown({
    input: join(project, "node_modules/weir-browser/dist/index.js"),
    external: ["socket.io-client"],
  });
  const { output } = await bundle.generate({ minify: true });

  expect(gzipSync(output[0].code).length).toBeLessThan(bundleBytesMax);
});

test("[BC8] its version is Weir's", async () => {
  const versionOf = async (path: string) =>
    (JSON.parse(await readFile(path, "utf8")) as { version: string }).version;

  expect(await versionOf(join(import.meta.dirname, "package.json"))).toBe(
    await versionOf(join(root, "package.json")),
  );
});
