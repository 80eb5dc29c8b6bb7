import { checkNsqd } from "../check-nsqd.ts";
import { nsqdOptions } from "../nsqd-options.ts";
import { builtWith, nsqVersion, role } from "../role.ts";

export default role({
  name: "nsqd",
  version: builtWith(nsqVersion),
  table: nsqdOptions,
  endsWithParent: true,
  check: checkNsqd,
  async run({ options }) {
    checkNsqd(options);
    const { runNsqd } = await import("../../daemon/nsqd.ts");
    await runNsqd(options);
  },
});
