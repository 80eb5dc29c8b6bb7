import { restoreOptions } from "../backup-options.ts";
import { StartError } from "../config-file.ts";
import { builtWith, role, weirVersion } from "../role.ts";

export default role({
  name: "restore",
  version: builtWith(weirVersion()),
  table: restoreOptions,
  helpAfter: `
Restores into a data path that is new: weir restore --from=weir.tar --data-path=.weir, then weir up --data-path=.weir
The nodes that start there are new ones: they take over what the former ones had of durable topics, a lease's time after
the start.
`,
  check({ from }) {
    if (from === "") throw new StartError("--from must name the file of a backup");
  },
  async run({ options }) {
    this.check?.(options);
    const { runRestore } = await import("../../daemon/backup.ts");
    process.stdout.write(`${await runRestore(options.from, options["data-path"])}\n`);
  },
});
