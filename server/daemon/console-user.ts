/** `weir console user`: people of the console, by whoever has its Postgres. */
import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { StartError } from "../cli/config-file.ts";
import type { ConsoleUserOptions } from "../cli/console-user-options.ts";
import type { UserVerb } from "../cli/roles/console-user.ts";
import { Failure } from "../console/api/failure.ts";
import { parse } from "../console/api/requests.ts";
import { firstUser, signInPath, type User } from "../console/contract/index.ts";
import { pathOfLink, saveNewLink } from "../console/people/link.ts";
import { newUser } from "../console/people/requests.ts";
import { postgresUrl } from "../postgres/embedded.ts";
import { linkFileIn } from "./console.ts";
import { ConsoleDatabase } from "./console-database.ts";

const waitMs = 10_000;

/** Returns lines for people. @throws StartError: Postgres is away, there is nobody of that name, it is taken */
export async function runConsoleUser(
  verb: UserVerb,
  name: string,
  options: ConsoleUserOptions,
): Promise<string> {
  const database = new ConsoleDatabase(urlOf(options), options.cluster, () => {});
  database.start();
  try {
    await database.answered(waitMs);
    if (database.status.state !== "up")
      throw new StartError(`Postgres does not answer: ${database.status.reason ?? "no word from it"}`);
    return await acts[verb](database.stores, name, options);
  } catch (error) {
    if (error instanceof Failure) throw new StartError(error.message);
    throw error;
  } finally {
    await database.stop();
  }
}

type Stores = ConsoleDatabase["stores"];
type Act = (stores: Stores, name: string, options: ConsoleUserOptions) => Promise<string>;

const acts: Readonly<Record<UserVerb, Act>> = {
  async add(stores, given, options) {
    const sight = (globs: readonly string[]) => (globs.length === 0 ? ["*"] : [...globs]);
    const { name, ...grant } = parse(newUser, {
      ...{ name: given, role: options.role, readsBodies: options.bodies },
      ...{ topics: sight(options.topic), channels: sight(options.channel) },
    });
    if (!(await stores.people.create(name, grant))) throw new StartError(`there is somebody called ${name}`);
    await record(stores, "create-user", name, grant);
    return linkLines(stores, name, options);
  },

  async list({ people }) {
    const rows = (await people.users()).map(columnsOf);
    const titles = ["NAME", "ROLE", "TOPICS", "CHANNELS", "BODIES", "STATE", "LAST SEEN"];
    const widths = titles.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)));
    const line = (cells: readonly string[]) =>
      `${cells
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join("  ")
        .trimEnd()}\n`;
    return [titles, ...rows].map(line).join("");
  },

  async link(stores, name, options) {
    const lines = await linkLines(stores, name, options);
    await record(stores, "create-link", name, null);
    return lines;
  },

  disable: (stores, name) => change(stores, name, true),
  enable: (stores, name) => change(stores, name, false),
};

async function linkLines({ people }: Stores, name: string, options: ConsoleUserOptions): Promise<string> {
  const link = await saveNewLink(people, name, Date.now());
  if (link === null) throw nobody(name);
  const place = placeOf(options);
  const where = place === null ? "on any of the cluster's consoles, " : "";
  return `Sign in as ${name} (once, within 24 hours): ${where}${pathOfLink(place ?? "", link.token)}\n`;
}

async function change(stores: Stores, name: string, disabled: boolean): Promise<string> {
  if (name === firstUser)
    throw new StartError("the sign-in links of the data path sign this account in: it stays an admin");
  const before = await stores.people.change(name, { disabled });
  if (before === null) throw nobody(name);
  await record(stores, "change-user", name, { disabled });
  return `${name}: ${disabled ? "disabled" : "enabled"}${before.disabled === disabled ? " already" : ""}\n`;
}

function nobody(name: string): StartError {
  return new StartError(`there is no user ${name}, or they are disabled`);
}

/** In the operators' log it is the machine's owner who did it. */
async function record(
  { actions }: Stores,
  action: string,
  user: string,
  after: object | null,
): Promise<void> {
  await actions.append({
    ...{ atMs: Date.now(), actorKind: "system", actor: "weir", action, after, result: "ok" },
    object: { user, commandLine: userInfo().username },
    ...{ address: null, session: null, requestId: null, topic: null, channel: null, node: null },
    ...{ before: null, reason: null, perNode: null },
  });
}

function columnsOf(user: User): string[] {
  const { name, role, topics, channels, readsBodies, disabledAtMs, lastSeenAtMs } = user;
  return [
    ...[name, role, topics.join(" "), channels.join(" "), readsBodies ? "yes" : "no"],
    disabledAtMs === null ? "" : "disabled",
    lastSeenAtMs === null ? "" : new Date(lastSeenAtMs).toISOString(),
  ];
}

function urlOf(options: ConsoleUserOptions): string {
  if (options["database-url"] !== "") return options["database-url"];
  const dataDir = join(resolve(options["data-path"]), "postgres");
  if (!existsSync(dataDir))
    throw new StartError(`no Postgres: none in ${dataDir}, and --database-url names none`);
  return postgresUrl(dataDir);
}

/** Where the console is reached, without a slash at its end; null: nobody has said. */
function placeOf(options: ConsoleUserOptions): string | null {
  if (options["public-url"] !== "") return options["public-url"].replace(/\/+$/, "");
  const file = linkFileIn(join(resolve(options["data-path"]), "console"));
  if (!existsSync(file)) return null;
  return readFileSync(file, "utf8").split(signInPath)[0]!;
}
