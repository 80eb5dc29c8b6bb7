import { checkNsqTail } from "../check-utilities.ts";
import { nsqTailOptions } from "../nsq-tail-options.ts";
import { nsqVersion, role } from "../role.ts";

export default role({
  name: "nsq_tail",
  version: nsqVersion,
  table: nsqTailOptions,
  endsWithParent: true,
  check: checkNsqTail,
  async run({ options }) {
    checkNsqTail(options);
    const { runNsqTail } = await import("../../daemon/nsq-tail.ts");
    await runNsqTail(options);
  },
});
