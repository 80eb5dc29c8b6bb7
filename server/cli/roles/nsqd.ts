import { logLine } from "../../daemon/log-line.ts";
import { checkNsqd, withoutEffect } from "../check-nsqd.ts";
import { nsqdOptions } from "../nsqd-options.ts";
import { builtWith, nsqVersion, role } from "../role.ts";

export default role({
  name: "nsqd",
  version: builtWith(nsqVersion),
  table: nsqdOptions,
  endsWithParent: true,
  check: checkNsqd,
  async run({ options, given }) {
    checkNsqd(options);
    for (const name of withoutEffect(given))
      process.stderr.write(logLine(options["log-prefix"], "WARNING", `--${name} has no effect yet`));
    const { runNsqd } = await import("../../daemon/nsqd.ts");
    await runNsqd(options);
  },
});
