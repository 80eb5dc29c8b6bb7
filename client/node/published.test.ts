import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scripted } from "../testing/clients.ts";
import { messageId } from "../testing/scripted-node.ts";
import { identifyBody } from "./handshake.ts";
import { producerSettings } from "./options.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const tsc = join(root, "node_modules/typescript/bin/tsc");

/** A project that has the package among its dependencies, with nothing of this checkout but what is packed. */
let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "weir-published-"));
  const installed = join(project, "node_modules/weir");
  await mkdir(installed, { recursive: true });
  await run(process.execPath, [
    tsc,
    "-p",
    join(root, "client/tsconfig.json"),
    "--outDir",
    join(installed, "dist"),
  ]);
  await cp(join(root, "package.json"), join(installed, "package.json"));
  await mkdir(join(project, "node_modules/@types"));
  await symlink(join(root, "node_modules/@types/node"), join(project, "node_modules/@types/node"));
  await symlink(join(root, "node_modules/undici-types"), join(project, "node_modules/undici-types"));
});

afterAll(() => rm(project, { recursive: true }));

test("[NC15] what is published runs where no types are stripped", async () => {
  const node = await scripted(({ verb, text, from }) => {
    if (verb === "RDY" && text === "RDY 1") from.message(messageId(1), "hello");
    return false;
  });
  const script = `
    import { Consumer, Producer } from "weir/client/node";
    const nsqdTcpAddress = process.argv[2];
    const producer = new Producer({ nsqdTcpAddress });
    await producer.publish("t", "x");
    await producer.close();
    const body = await new Promise((resolve) => {
      const consumer = new Consumer({ topic: "t", channel: "c", nsqdTcpAddresses: [nsqdTcpAddress] }, ({ body }) => {
        void consumer.close().then(() => resolve(body));
      });
    });
    console.log(String(body));
  `;
  await writeFile(join(project, "use.mjs"), script);

  const { stdout } = await run(process.execPath, [join(project, "use.mjs"), node.address], { cwd: project });

  expect(stdout).toBe("hello\n");
  expect(node.said("PUB", "FIN")).toEqual(["PUB t x", `FIN ${messageId(1)}`]);
});

test("[NC15] its types are there, and strict", async () => {
  await writeFile(
    join(project, "use.ts"),
    `import { Consumer, type Message, Producer, PublishError } from "weir/client/node";
    const producer: Producer = new Producer({ nsqdTcpAddress: "127.0.0.1:4150", snappy: true });
    const outcome = (error: unknown): string => (error instanceof PublishError ? error.outcome : "");
    export const done: Promise<string | void> = producer.publish("t", "x").catch(outcome);
    const handler = async (message: Message): Promise<void> => void message.requeue(100, { backoff: false });
    new Consumer({ topic: "t", channel: "c", lookupdHttpAddresses: ["127.0.0.1:4161"] }, handler).on(
      "disconnected",
      (address: string, error: Error | null) => console.log(address, error),
    );
    // @ts-expect-error there is no such option
    new Producer({ nsqdTcpAddress: "127.0.0.1:4150", maxInflight: 1 });
    `,
  );
  const flags = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "false",
    "--module",
    "nodenext",
    "--target",
    "es2022",
  ];

  const { stdout } = await run(process.execPath, [tsc, ...flags, "--types", "node", "use.ts"], {
    cwd: project,
  }).catch((error: { stdout: string }) => error);

  expect(stdout).toBe("");
});

test("[NC15] the client says the version it is published as", async () => {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  const settings = producerSettings({ nsqdTcpAddress: "127.0.0.1:4150" });

  expect(JSON.parse(identifyBody(settings).toString())).toMatchObject({
    user_agent: `weir-client/${version}`,
  });
});
