import type { NsqStatOptions } from "../cli/nsq-stat-options.ts";
import { HttpCaller } from "../tools/http-caller.ts";
import { watchChannel } from "../tools/nsq-stat/watch.ts";
import { runUtility } from "./utility.ts";

export async function runNsqStat(options: NsqStatOptions): Promise<void> {
  await runUtility({ prefix: "[nsq_stat] ", level: "info" }, async ({ print, stopped }) => {
    using http = new HttpCaller({
      connectTimeoutMs: options["http-client-connect-timeout"],
      requestTimeoutMs: options["http-client-request-timeout"],
      connectionsMax: 1,
    });
    const watch = {
      topic: options.topic,
      channel: options.channel,
      sources: {
        nsqdHttpAddresses: options["nsqd-http-address"],
        lookupdHttpAddresses: options["lookupd-http-address"],
      },
      intervalMs: options.interval,
      count: options.count,
    };
    await watchChannel(http, watch, print, stopped);
  });
}
