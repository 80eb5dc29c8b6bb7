import { commandIn } from "../commands.ts";
import { StartError } from "../config-file.ts";
import { configReport, missingPaths } from "../config-report.ts";
import { UsageError } from "../go-flags.ts";
import { flag, type Options } from "../option.ts";
import { readOptions } from "../read-options.ts";
import { builtWith, role, weirVersion } from "../role.ts";
import { version } from "../shared-options.ts";

const table = {
  version,
  given: flag(false, "leave out the options that nobody has set"),
} satisfies Options;

export default role({
  name: "check-config",
  version: builtWith(weirVersion()),
  table,
  helpAfter: `
After the flags stands the command to check, with its own: weir check-config nsqd --config=/etc/nsqd.toml
Says what would be in force and from where, and starts nothing; exit code 1 when it would not start.
`,
  async run({ options, rest }) {
    const found = commandIn(rest);
    if (found === undefined) throw new UsageError(`no command ${JSON.stringify(rest[0] ?? "")} to check`);
    const { default: checked } = await found.command.load();
    const read = await readOptions(checked.table, found.rest, process.env, checked.wordsBefore);
    process.stdout.write(configReport(checked, read, { givenOnly: options.given }));
    checked.check?.(read.options);
    const missing = missingPaths(checked.table, read.options);
    if (missing.length > 0) throw new StartError(missing.join("; "));
  },
});
