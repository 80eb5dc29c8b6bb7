import type { NsqToHttpOptions } from "../cli/nsq-to-http-options.ts";
import { consume } from "../tools/consume.ts";
import { Deliveries } from "../tools/deliveries.ts";
import { Gate } from "../tools/gate.ts";
import { modeOf } from "../tools/host-pool.ts";
import { HttpCaller } from "../tools/http-caller.ts";
import { headerOf, type RequestSettings, sendMessage } from "../tools/nsq-to-http/http-request.ts";
import { Meter } from "../tools/progress.ts";
import { runUtility, untilStopped } from "./utility.ts";
import { consumerOptions, nsqVersion } from "./utility-clients.ts";

export async function runNsqToHttp(options: NsqToHttpOptions): Promise<void> {
  await runUtility({ prefix: "[nsq_to_http] ", level: "info" }, async (utility) => {
    using http = new HttpCaller({
      connectTimeoutMs: options["http-client-connect-timeout"],
      requestTimeoutMs: options["http-client-request-timeout"],
      connectionsMax: options.n,
    });
    const mode = modeOf(options.mode);
    const requests = requestsOf(options);
    const settings = {
      destinations: requests.map(({ url }) => url),
      mode: mode ?? "round-robin",
      statusEvery: options["status-every"],
    };
    const deliveries = new Deliveries(settings, (text) => utility.log("info", text));
    const gate = new Gate(options.n);
    const meter = new Meter();
    utility.progress(() => meter.text());

    const consumer = consume(
      // Touched: a message may wait for its turn longer than for its answer.
      { ...consumerOptions("nsq_to_http", options), topic: options.topic, autoTouch: true },
      utility.log,
      async ({ body }) => {
        if (options.sample < 1 && Math.random() > options.sample) return;
        const send = (index: number) => sendMessage(http, requests[index]!, body);
        // As NSQ has it: a word that names no way to choose means that none is chosen.
        await gate.run(() => (mode === null ? deliveries.toAll(send) : deliveries.toOne(send)));
        meter.add(body.length);
      },
    );
    await untilStopped(utility);
    await consumer.close();
  });
}

function requestsOf(options: NsqToHttpOptions): RequestSettings[] {
  const isPost = options.post.length > 0;
  const headers = {
    "user-agent": `nsq_to_http v${nsqVersion}`,
    ...(isPost ? { "content-type": options["content-type"] } : {}),
    ...Object.fromEntries(options.header.map(headerOf).map(([name, value]) => [name.toLowerCase(), value])),
  };
  const method = isPost ? "POST" : "GET";
  return (isPost ? options.post : options.get).map((url) => ({ method, url, headers }));
}
