import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConsoleUserOptions, consoleUserOptions } from "../cli/console-user-options.ts";
import type { UserVerb } from "../cli/roles/console-user.ts";
import type { AuditPage, SessionInfo } from "../console/contract/index.ts";
import { TestConsole } from "../console/testing/test-console.ts";
import { type FreshDatabase, freshDatabase } from "../testing/postgres.ts";
import { ConsoleDatabase } from "./console-database.ts";
import { runConsoleUser } from "./console-user.ts";

let fresh: FreshDatabase;
const dataPath = mkdtempSync(join(tmpdir(), "weir-console-user-"));

beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(async () => {
  rmSync(dataPath, { recursive: true });
  await fresh[Symbol.asyncDispose]();
});

const defaults = Object.fromEntries(
  Object.entries(consoleUserOptions).map(([name, option]) => [name, option.default]),
) as ConsoleUserOptions;
const user = (verb: UserVerb, name = "", more: Partial<ConsoleUserOptions> = {}) =>
  runConsoleUser(verb, name, { ...defaults, "database-url": fresh.url, "data-path": dataPath, ...more });

test("[CL7] somebody who was made on the command line signs in once by the printed link, and may what was said", async () => {
  // Before any console has run on it: the tables are made.
  const made = await user("add", "ada", { role: "operator", topic: ["orders.*"], bodies: true });
  const database = new ConsoleDatabase(fresh.url, "weir", () => {});
  database.start();
  await database.answered(20_000);
  const options = { stores: database.stores, database: () => database.status };
  await using weir = await (await TestConsole.start([], options)).signIn();
  mkdirSync(join(dataPath, "console"));
  writeFileSync(join(dataPath, "console", "sign-in-link"), `${weir.url}/signin?token=x\n`);
  const open = (path: string) => fetch(weir.url + path, { redirect: "manual" });
  const linkIn = (text: string) => /\/signin\?token=[\w-]{43}$/m.exec(text)![0];
  const first = await open(linkIn(made));
  const cookie = first.headers.getSetCookie()[0]!.split(";")[0]!;
  const info = (await (await weir.get("/api/v1/session", { cookie })).json()) as SessionInfo;
  const again = await open(linkIn(made));
  const link = await user("link", "ada");
  const listed = await user("list");

  const disabled = await user("disable", "ada");
  const late = await open(linkIn(link));
  await expect(user("link", "ada")).rejects.toThrow("there is no user ada, or they are disabled");
  const enabled = await user("enable", "ada");
  const { rows } = await weir.read<AuditPage>("/api/v1/audit");
  await database.stop();

  expect(made).toContain(
    "Sign in as ada (once, within 24 hours): on any of the cluster's consoles, /signin?",
  );
  expect(link).toMatch(
    new RegExp(`^Sign in as ada \\(once, within 24 hours\\): ${weir.url}/signin\\?token=`),
  );
  expect([first.status, again.status, late.status]).toEqual([303, 403, 403]);
  expect(info).toMatchObject({ user: "ada", role: "operator", topics: ["orders.*"], channels: ["*"] });
  expect(info.rights).toContain("read-bodies");
  expect(listed.split("\n")[1]).toMatch(/^ada +operator +orders\.\* +\* +yes +\d{4}-/);
  expect([disabled, enabled]).toEqual(["ada: disabled\n", "ada: enabled\n"]);
  expect(rows.filter(({ actorKind }) => actorKind === "system").map(({ action }) => action)).toEqual([
    ...["change-user", "change-user", "create-link", "create-user"],
  ]);
});

test("[CL7] a name that is taken or none, the first account and a Postgres that is away are refused in words", async () => {
  await user("add", "bob");

  await expect(user("add", "bob")).rejects.toThrow("there is somebody called bob");
  await expect(user("add", "Bob")).rejects.toThrow("name: small letters");
  await expect(user("add", "admin")).rejects.toThrow("that is whom the sign-in links of the data path");
  await expect(user("disable", "admin")).rejects.toThrow("it stays an admin");
  await expect(user("disable", "nobody")).rejects.toThrow("there is no user nobody");
});
