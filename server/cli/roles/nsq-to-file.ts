import { checkNsqToFile } from "../check-utilities.ts";
import { StartError } from "../config-file.ts";
import { nsqToFileOptions } from "../nsq-to-file-options.ts";
import { nsqVersion, role } from "../role.ts";

export default role({
  name: "nsq_to_file",
  version: nsqVersion,
  table: nsqToFileOptions,
  endsWithParent: true,
  check: checkNsqToFile,
  async run({ options, rest }) {
    // A pattern the shell has expanded would otherwise be half of what was meant.
    if (rest.length > 0) throw new StartError(`unknown arguments: [${rest.join(" ")}]`);
    checkNsqToFile(options);
    const { runNsqToFile } = await import("../../daemon/nsq-to-file.ts");
    await runNsqToFile(options);
  },
});
