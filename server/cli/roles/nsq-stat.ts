import { checkNsqStat } from "../check-utilities.ts";
import { nsqStatOptions } from "../nsq-stat-options.ts";
import { nsqVersion, role } from "../role.ts";

export default role({
  name: "nsq_stat",
  version: nsqVersion,
  table: nsqStatOptions,
  endsWithParent: true,
  check: checkNsqStat,
  async run({ options }) {
    checkNsqStat(options);
    const { runNsqStat } = await import("../../daemon/nsq-stat.ts");
    await runNsqStat(options);
  },
});
