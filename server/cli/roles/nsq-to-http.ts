import { checkNsqToHttp } from "../check-utilities.ts";
import { nsqToHttpOptions } from "../nsq-to-http-options.ts";
import { nsqVersion, role } from "../role.ts";

export default role({
  name: "nsq_to_http",
  version: nsqVersion,
  table: nsqToHttpOptions,
  endsWithParent: true,
  check: checkNsqToHttp,
  async run({ options }) {
    checkNsqToHttp(options);
    const { runNsqToHttp } = await import("../../daemon/nsq-to-http.ts");
    await runNsqToHttp(options);
  },
});
