import { checkConsole } from "../check-console.ts";
import { nsqadminOptions } from "../console-options.ts";
import { builtWith, nsqVersion, role } from "../role.ts";

/** The console as those know it who had nsqadmin: its name, its defaults, its API open as it was. */
export default role({
  name: "nsqadmin",
  version: builtWith(nsqVersion),
  table: nsqadminOptions,
  check: checkConsole,
  endsWithParent: true,
  async run({ options }) {
    checkConsole(options);
    const { runConsole } = await import("../../daemon/console.ts");
    await runConsole(options, nsqadminOptions);
  },
});
