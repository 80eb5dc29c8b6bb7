import { checkConsole } from "../check-console.ts";
import { consoleOptions } from "../console-options.ts";
import { builtWith, role, weirVersion } from "../role.ts";

export default role({
  name: "console",
  version: builtWith(weirVersion()),
  table: consoleOptions,
  check: checkConsole,
  endsWithParent: true,
  async run({ options }) {
    const { newSignInLink, runConsole } = await import("../../daemon/console.ts");
    if (options["new-link"]) {
      process.stdout.write(`${await newSignInLink(options["data-path"])}\n`);
      return;
    }
    checkConsole(options);
    await runConsole(options, consoleOptions);
  },
});
