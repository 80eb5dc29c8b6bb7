import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandOf, commands } from "./cli/commands.ts";
import { fileKeyOf, readConfigFile } from "./cli/config-file.ts";
import { configurationPage } from "./cli/configuration-page.ts";
import { readFlags } from "./cli/go-flags.ts";
import { compatibilityPage, idsMissing } from "./testing/compatibility-page.ts";
import { root } from "./testing/rules.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");

test("[DO1] docs/configuration.md is what the tables of options say (npm run docs)", async () => {
  expect(read("docs/configuration.md")).toBe(await configurationPage());
});

test("[DO2] docs/compatibility.md is what rules and tests say (npm run docs)", () => {
  expect(read("docs/compatibility.md")).toBe(compatibilityPage());
});

test("[DO2] every check of NSQ's behaviour has a test, or a reason why it has none", () => {
  expect(idsMissing()).toEqual([]);
});

/** What is said to be run: a command of ours, and its arguments. */
interface Invocation {
  readonly where: string;
  readonly args: readonly string[];
}

const units = globSync("deploy/systemd/*.service", { cwd: root });
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...globSync(["docs/**/*.md", "deploy/**/*.md"], { cwd: root }),
];

const inUnits = units.flatMap((where) =>
  [...read(where).matchAll(/^Exec\w+=\S+\/weir\.mjs (.*)$/gm)].map(
    ([, line]): Invocation => ({ where, args: line!.split(" ") }),
  ),
);

const inCompose = [...read("deploy/compose.yaml").matchAll(/command: >-\n((?: {6}.*\n)+)/g)].map(
  ([, lines]): Invocation => ({ where: "deploy/compose.yaml", args: lines!.trim().split(/\s+/) }),
);

/** Lines of shell on a page that run one of our programs, under its own name or as a command of `weir`. */
const onPages = pages.flatMap((where) =>
  [...read(where).matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
    block!
      .replaceAll("\\\n", " ")
      .split("\n")
      .map((line) =>
        line
          .replace(/\s+#.*$/, "")
          .trim()
          .replace(/^npm start --/, "weir up"),
      )
      .map((line) =>
        /(?:^|[|;&] *|sudo |-e \S+ )(?:\S*bin\/)?(?:weir(?:\.mjs)? )?([a-z_-]+)(?:\.mjs)?( .*)?$/.exec(line),
      )
      .filter((match) => match !== null && commandOf(match[1]!) !== undefined)
      .map((match): Invocation => ({ where, args: `${match![1]}${match![2] ?? ""}`.trim().split(/\s+/) })),
  ),
);

/** `weir check-config nsqd --flag`: what is checked has flags of its own. */
function flagsOf({ args }: Invocation): { command: string; flags: readonly string[] }[] {
  const [command = "", ...flags] = args;
  const checked = command === "check-config" ? flags.findIndex((flag) => !flag.startsWith("-")) : -1;
  if (checked < 0) return [{ command, flags }];
  return [
    { command, flags: flags.slice(0, checked) },
    { command: flags[checked]!, flags: flags.slice(checked + 1) },
  ];
}

describe.each([
  ["units", inUnits, 2 * units.length],
  ["compose.yaml", inCompose, 6],
  ["pages", onPages, 5],
])("%s", (_, invocations, countMin) => {
  test("[DO3] every flag is one of the command's, with a value it takes", async () => {
    expect(invocations.length).toBeGreaterThanOrEqual(countMin);
    for (const invocation of invocations) {
      for (const { command, flags } of flagsOf(invocation)) {
        const found = commandOf(command);
        const said = `${invocation.where}: ${invocation.args.join(" ")}`;
        expect(found, said).toBeDefined();
        const { table } = (await found!.load()).default;
        const values = flags.map((flag) => flag.replaceAll(/["']/g, ""));
        expect(() => readFlags(table, values), said).not.toThrow();
      }
    }
  });
});

test.each(globSync("deploy/systemd/*.toml", { cwd: root }))(
  "[DO3] every key of %s is an option",
  async (file) => {
    const command = /(\w+)\.toml$/.exec(file)![1]!;
    const { table } = (await commandOf(command)!.load()).default;
    const uncommented = read(file).replaceAll(/^# (\w+ = )/gm, "$1");
    expect(uncommented).toContain(" = ");

    expect((await readConfigFile(table, join(root, file))).ignored).toEqual([]);
    const known = Object.entries(table).map(([name, option]) => fileKeyOf(name, option));
    const keys = [...uncommented.matchAll(/^(\w+) = /gm)].map((match) => match[1]!);
    expect(keys.filter((key) => !known.includes(key))).toEqual([]);
  },
);

test("[DO3] the image has every program of ours on its path, and a unit's files are there", () => {
  const { bin } = JSON.parse(read("package.json")) as { bin: Record<string, string> };

  for (const [name, path] of Object.entries(bin)) expect(path).toBe(`bin/${name}.mjs`);
  for (const unit of units) {
    const config = /--config=\/etc\/weir\/(\S+)/.exec(read(unit))![1]!;
    expect(globSync(`deploy/systemd/${config}`, { cwd: root }), unit).toHaveLength(1);
  }
});

test("[DO3] compose.yaml has three nodes, two lookups, a console and Postgres, and names no other", () => {
  const text = read("deploy/compose.yaml");
  const [, services] = text.split(/^services:\n|^networks:\n/m);
  const names = [...services!.matchAll(/^ {2}(\S+):$/gm)].map((match) => match[1]!);
  const named = [...text.matchAll(/(?:address=|@)([a-z][\w-]*)(?=[:/\s])/g)].map((match) => match[1]!);
  const volumes = [...text.matchAll(/volumes: \["([\w-]+):\//g)].map((match) => match[1]!);
  const declared = /^volumes: \{(.*)\}$/m.exec(text)![1]!.match(/[\w-]+(?=:)/g);

  const lookups = ["nsqlookupd-1", "nsqlookupd-2"];
  expect(names).toEqual(["postgres", ...lookups, "nsqd-1", "nsqd-2", "nsqd-3", "console"]);
  expect([...new Set(named)].toSorted()).toEqual(names.filter((name) => name !== "console").toSorted());
  expect(volumes.toSorted()).toEqual(declared!.toSorted());
});

test("[DO4] a link to a file of ours leads to one, and one to a heading to that", () => {
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([link, path, heading]) => {
      const target = path === "" ? page : join(dirname(page), path!);
      const [found] = globSync(target, { cwd: root });
      if (found === undefined) return [`${page}: ${link}`];
      if (heading === undefined) return [];
      const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, text]) => anchorOf(text!));
      return headings.includes(heading) ? [] : [`${page}: ${link}`];
    }),
  );

  expect(broken).toEqual([]);
});

test("[DO4] README names every command", () => {
  const readme = read("README.md");

  expect(Object.keys(commands).filter((name) => !readme.includes(name))).toEqual([]);
});

/** As the sites that show Markdown make them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}
