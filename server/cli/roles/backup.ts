import { backupOptions } from "../backup-options.ts";
import { StartError } from "../config-file.ts";
import { builtWith, role, weirVersion } from "../role.ts";

export default role({
  name: "backup",
  version: builtWith(weirVersion()),
  table: backupOptions,
  helpAfter: `
Backs up the Postgres that \`weir up\` has brought, whether it runs or not: weir backup --to=weir.tar
What durable topics have acknowledged when it begins is in the file. A Postgres of yours (DATABASE_URL) has its own means.
`,
  check({ to }) {
    if (to === "") throw new StartError("--to must name the file to make");
  },
  async run({ options }) {
    this.check?.(options);
    const { runBackup } = await import("../../daemon/backup.ts");
    process.stdout.write(`${await runBackup(options["data-path"], options.to)}\n`);
  },
});
