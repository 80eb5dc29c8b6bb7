import { builtWith, role, weirVersion } from "../role.ts";
import { upOptions } from "../up-options.ts";

export default role({
  name: "up",
  version: builtWith(weirVersion()),
  table: upOptions,
  helpAfter: "\nWhat stands after -- is handed to the node: weir up -- --max-msg-size=2097152\n",
  async run({ options, rest }) {
    const { runUp } = await import("../../daemon/up.ts");
    await runUp(options, rest);
  },
});
