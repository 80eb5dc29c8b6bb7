import { checkNsqToNsq } from "../check-utilities.ts";
import { nsqToNsqOptions } from "../nsq-to-nsq-options.ts";
import { nsqVersion, role } from "../role.ts";

export default role({
  name: "nsq_to_nsq",
  version: nsqVersion,
  table: nsqToNsqOptions,
  endsWithParent: true,
  check: checkNsqToNsq,
  async run({ options }) {
    checkNsqToNsq(options);
    const { runNsqToNsq } = await import("../../daemon/nsq-to-nsq.ts");
    await runNsqToNsq(options);
  },
});
