import { checkNsqlookupd } from "../check-nsqlookupd.ts";
import { nsqlookupdOptions } from "../nsqlookupd-options.ts";
import { builtWith, nsqVersion, role } from "../role.ts";

export default role({
  name: "nsqlookupd",
  version: builtWith(nsqVersion),
  table: nsqlookupdOptions,
  endsWithParent: true,
  check: checkNsqlookupd,
  async run({ options }) {
    checkNsqlookupd(options);
    const { runNsqlookupd } = await import("../../daemon/nsqlookupd.ts");
    await runNsqlookupd(options);
  },
});
