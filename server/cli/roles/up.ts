import { checkUp } from "../check-up.ts";
import { builtWith, role, weirVersion } from "../role.ts";
import { upOptions } from "../up-options.ts";

export default role({
  name: "up",
  version: builtWith(weirVersion()),
  table: upOptions,
  check: checkUp,
  helpAfter: "\nWhat stands after -- is handed to each node: weir up -- --max-msg-size=2097152\n",
  async run({ options, rest }) {
    checkUp(options);
    const { runUp } = await import("../../daemon/up.ts");
    await runUp(options, rest);
  },
});
