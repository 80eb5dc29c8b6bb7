import { StartError } from "../config-file.ts";
import { type DrainOptions, drainOptions } from "../drain-options.ts";
import { builtWith, role, weirVersion } from "../role.ts";

export default role({
  name: "drain",
  version: builtWith(weirVersion()),
  table: drainOptions,
  helpAfter: `
Has a node hand over what it has to the other nodes of its cluster, and end. It goes on when this is interrupted.
Says how far it is; exit code 1 when the node could not hand over everything and keeps what it has.
`,
  check: checkDrain,
  async run({ options }) {
    checkDrain(options);
    const { runDrain } = await import("../../daemon/drain.ts");
    process.exitCode = await runDrain(options);
  },
});

function checkDrain(options: DrainOptions): void {
  if (options["cluster-secret-file"] === "")
    throw new StartError("--cluster-secret-file is needed: the node does this for nobody else");
  if (!/^[^\s/:]+:\d{1,5}$|^\[[0-9a-f:.]+\]:\d{1,5}$/i.test(options["nsqd-http-address"]))
    throw new StartError("--nsqd-http-address must be <addr>:<port>");
}
