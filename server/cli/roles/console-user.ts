import { consoleUserOptions } from "../console-user-options.ts";
import { UsageError } from "../go-flags.ts";
import { builtWith, role, weirVersion } from "../role.ts";

const verbs = ["add", "list", "link", "disable", "enable"] as const;
export type UserVerb = (typeof verbs)[number];

export default role({
  name: "console user",
  version: builtWith(weirVersion()),
  table: consoleUserOptions,
  wordsBefore: 2,
  helpAfter: `
  weir console user add ada --role=operator --topic='orders.*'   makes somebody, and prints a link by which they sign in once
  weir console user list                                         who there is
  weir console user link ada                                     another link, good once, within a day
  weir console user disable ada                                  ends all they are signed in with; enable lets them in again

The account of the data path's links is admin: \`weir console --new-link\` prints one of those.
`,
  async run({ options, rest: [verb = "", name, ...more] }) {
    const known = verbs.find((one) => one === verb);
    if (known === undefined) throw new UsageError(`one of ${verbs.join(", ")} is needed`);
    if (known !== "list" && name === undefined) throw new UsageError(`${verb} needs the name of a user`);
    if (more.length > 0 || (known === "list" && name !== undefined))
      throw new UsageError(`not understood: ${JSON.stringify(more[0] ?? name)}`);
    const { runConsoleUser } = await import("../../daemon/console-user.ts");
    process.stdout.write(await runConsoleUser(known, name ?? "", options));
  },
});
