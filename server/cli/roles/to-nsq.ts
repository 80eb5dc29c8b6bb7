import { checkToNsq } from "../check-utilities.ts";
import { nsqVersion, role } from "../role.ts";
import { toNsqOptions } from "../to-nsq-options.ts";

export default role({
  name: "to_nsq",
  version: nsqVersion,
  table: toNsqOptions,
  endsWithParent: true,
  check: checkToNsq,
  async run({ options }) {
    checkToNsq(options);
    const { runToNsq } = await import("../../daemon/to-nsq.ts");
    await runToNsq(options);
  },
});
