/** docs/configuration.md, from the tables of options. */
import { commands } from "./commands.ts";
import { fileKeyOf } from "./config-file.ts";
import { noEffect, type Option, type Options } from "./option.ts";
import type { Role } from "./role.ts";

const head = `# Configuration

Every option of every command. This page is made of the tables the commands are made of (\`npm run docs\`).

Flags are written as Go's programs take them: \`-name value\`, \`--name value\`, \`--name=value\`; a boolean alone means
true, or has \`=false\`. Durations have a unit: \`250ms\`, \`1m30s\`. A list is given once a value. An option is what the
command line says, else the environment, else the file of \`--config\`, else its default.

A file is TOML. Durations are strings, or integers of milliseconds; numbers and booleans may be strings; lists are arrays,
or one string with commas. Keys that are no options are ignored, as NSQ ignores them: \`weir check-config\` names them.

\`\`\`sh
weir check-config nsqd --config=/etc/weir/nsqd.toml   # what would be in force, from where; 1 when it would not start
weir check-cert --config=/etc/weir/nsqd.toml          # what is wrong with its certificate
\`\`\`
`;

export async function configurationPage(): Promise<string> {
  const sections = await Promise.all(
    Object.entries(commands).map(async ([command, { summary, load }]) =>
      section(command, summary, (await load()).default),
    ),
  );
  const index = Object.entries(commands).map(
    ([command, { summary }]) => `- [weir ${command}](#weir-${command.replaceAll(" ", "-")}): ${summary}`,
  );
  return `${head}\n${index.join("\n")}\n\n${sections.join("\n")}`;
}

function section(command: string, summary: string, { table }: Role): string {
  const rows = Object.entries(table).map(([name, option]) => columns(name, option, table));
  const titles = Object.keys(rows[0]!) as (keyof Row)[];
  const used = titles.filter((title) => rows.some((row) => row[title] !== ""));
  const lines = [used, used.map(() => "---"), ...rows.map((row) => used.map((title) => row[title]))];
  return `## weir ${command}\n\n${capital(summary)}.\n\n${lines.map((line) => `| ${line.join(" | ")} |`).join("\n")}\n`;
}

type Row = Readonly<Record<"Flag" | "Value" | "Default" | "In a file" | "Environment" | "Meaning", string>>;

function columns(name: string, option: Option<unknown>, table: Options): Row {
  const inFile = Object.hasOwn(table, "config") && !["config", "version"].includes(name);
  return {
    Flag: code(`--${name}`),
    Value: kindOf(option),
    Default: escaped(defaultOf(option)),
    "In a file": inFile ? code(fileKeyOf(name, option)) : "",
    Environment: option.env === undefined ? "" : code(option.env),
    Meaning: escaped(option.help) + (option.effect === undefined ? "" : ` (${noEffect(option.effect)})`),
  };
}

function kindOf({ boolean, kind, list }: Option<unknown>): string {
  if (list) return "list";
  return boolean && kind === "" ? "bool" : kind === "value" ? "word" : kind;
}

function defaultOf(option: Option<unknown>): string {
  if (option.defaultText !== undefined)
    return option.kind === "duration" ? code(option.defaultText) : option.defaultText;
  const none = option.list || option.secret || option.default === "" || option.default === false;
  return none ? "" : code(String(option.default).replace(/.* $/, (text) => JSON.stringify(text)));
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Text in a cell of a table. */
function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
