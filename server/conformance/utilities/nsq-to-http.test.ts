import type { IncomingHttpHeaders } from "node:http";
import { expect, test } from "vitest";
import { type Answering, answering } from "../../testing/answering.ts";
import { eventually } from "../../testing/eventually.ts";
import { uniqueTopic } from "../../testing/names.ts";
import type { Flags } from "../../testing/node.ts";
import { sharedNode } from "../../testing/shared-node.ts";
import { runUtility, startUtility } from "../../testing/utility.ts";

const node = await sharedNode();

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Notes what it is sent; answers with the status that `answer` has for it, a redirect where that is a text. */
async function receiver(answer: (heard: Heard) => number | string = () => 200) {
  const heard: Heard[] = [];
  const server: Answering = await answering(async (request, response) => {
    const chunks = await request.toArray();
    const { method = "", url = "", headers } = request;
    const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
    heard.push(one);
    const said = answer(one);
    if (typeof said === "string") response.writeHead(307, { location: said });
    else response.writeHead(said);
    response.end();
  });
  return Object.assign(server, { heard, url: `http://${server.address}` });
}

function toHttp(flags: Flags) {
  return startUtility("nsq_to_http", { "nsqd-tcp-address": `127.0.0.1:${node.tcpPort}`, ...flags });
}

async function publish(topic: string, ...bodies: string[]): Promise<void> {
  await node.act(`/mpub?topic=${topic}`, bodies.join("\n"));
}

async function finished(topic: string, count: number): Promise<void> {
  await eventually(async () => {
    const channel = await node.channel(topic, "nsq_to_http");
    expect(channel).toMatchObject({ message_count: count, depth: 0, in_flight_count: 0, deferred_count: 0 });
  });
}

test("[UT5] POST: the body is the message, with the headers asked for; any 2xx finishes it", async () => {
  await using server = await receiver(() => 202);
  const topic = uniqueTopic();
  await publish(topic, "one");
  await using utility = toHttp({
    topic,
    post: `${server.url}/in?to=1`,
    header: ["X-One: 1: yes", "accept:text/plain"],
    "content-type": "text/x",
  });

  await finished(topic, 1);

  expect(server.heard).toHaveLength(1);
  const [{ method, url, headers, body }] = server.heard as [Heard];
  expect([method, url, body]).toEqual(["POST", "/in?to=1", "one"]);
  expect(headers).toMatchObject({
    "user-agent": "nsq_to_http v1.3.0",
    "content-type": "text/x",
    "content-length": "3",
    "x-one": "1: yes",
    accept: "text/plain",
  });
  expect((await utility.stop()).code).toBe(0);
});

test("[UT5] GET: the message stands in the address, escaped; 200 finishes it", async () => {
  await using server = await receiver();
  const topic = uniqueTopic();
  await publish(topic, "a b&c=ü/~");
  await using _ = toHttp({ topic, get: `${server.url}/q?m=%s&p=100%%25` });

  await finished(topic, 1);

  expect(server.heard).toMatchObject([
    { method: "GET", url: "/q?m=a+b%26c%3D%C3%BC%2F~&p=100%25", body: "" },
  ]);
  expect(server.heard[0]!.headers).not.toHaveProperty("content-type");
});

test.each([
  ["post", 500],
  ["get", 202],
])("[UT5] %s: %i requeues the message, and the consumer backs off", async (way, status) => {
  let answers = 0;
  await using server = await receiver(() => (answers++ === 0 ? status : 200));
  const topic = uniqueTopic();
  await publish(topic, "x");
  await using utility = toHttp({
    topic,
    [way]: `${server.url}/%s`,
    "consumer-opt": ["default_requeue_delay,100ms", "backoff_multiplier,50ms"],
  });

  await finished(topic, 1);

  expect(server.heard).toHaveLength(2);
  expect((await node.channel(topic, "nsq_to_http")).requeue_count).toBe(1);
  expect(utility.stderr).toContain(`got status code ${status}`);
  expect(utility.stderr).toContain("backing off for");
});

test("[UT5] a redirect is followed, with the message", async () => {
  await using server = await receiver(({ url }) => (url === "/old" ? "/new" : 200));
  const topic = uniqueTopic();
  await publish(topic, "x");
  await using _ = toHttp({ topic, post: `${server.url}/old` });

  await finished(topic, 1);

  expect(server.heard).toMatchObject([
    { url: "/old", body: "x" },
    { method: "POST", url: "/new", body: "x" },
  ]);
});

test("[UT5] --sample sends a share, and finishes the rest unsent", async () => {
  await using server = await receiver();
  const topic = uniqueTopic();
  await publish(topic, ...Array.from({ length: 1_000 }, (_, number) => `${number}`));
  await using _ = toHttp({ topic, post: server.url, sample: 0.5 });

  await finished(topic, 1_000);

  // Six standard deviations.
  expect(Math.abs(server.heard.length - 500)).toBeLessThan(95);
});

test("[UT5] --mode: in turn, or with a word that is no mode all of them; every so many the times are told", async () => {
  await using one = await receiver();
  await using two = await receiver();
  const post = [one.url, two.url];
  const [turns, all] = [uniqueTopic("turns"), uniqueTopic("all")];
  for (const topic of [turns, all]) await publish(topic, "1", "2", "3", "4");

  await using _ = toHttp({ topic: turns, post, mode: "round-robin" });
  await finished(turns, 4);
  expect([one.heard.length, two.heard.length]).toEqual([2, 2]);

  await using utility = toHttp({ topic: all, post, mode: "all", "status-every": 4 });
  await finished(all, 4);
  expect([one.heard.length, two.heard.length]).toEqual([6, 6]);
  const times = String.raw`finished 4 - 99th: \d+\.\d\dms - 95th: \d+\.\d\dms - avg: \d+\.\d\dms`;
  await eventually(() => {
    expect(utility.stderr).toMatch(new RegExp(`\\[aggregate\\]: ${times}\n`));
    expect(utility.stderr).toMatch(new RegExp(`\\[${one.url}\\]: ${times}\n`));
  });
});

test("[UT5] hostpool: where one server fails, the other gets everything", async () => {
  await using good = await receiver();
  const topic = uniqueTopic();
  await publish(topic, "1", "2", "3", "4", "5");
  await using _ = toHttp({
    topic,
    // Nobody listens on port 1.
    post: ["http://127.0.0.1:1/", good.url],
    "max-in-flight": 1,
    "consumer-opt": ["default_requeue_delay,10ms", "backoff_multiplier,10ms"],
  });

  await finished(topic, 5);

  expect(good.heard.map(({ body }) => body).toSorted()).toEqual(["1", "2", "3", "4", "5"]);
  expect((await node.channel(topic, "nsq_to_http")).requeue_count).toBe(1);
});

test("[UT5] -n requests at a time, however many messages are in flight", async () => {
  let now = 0;
  let most = 0;
  const open: (() => void)[] = [];
  await using server = await answering(async (request, response) => {
    most = Math.max(most, ++now);
    await request.toArray();
    await new Promise<void>((resolve) => open.push(resolve));
    now--;
    response.end();
  });
  const topic = uniqueTopic();
  await publish(topic, ...Array.from({ length: 20 }, (_, number) => `${number}`));
  await using _ = toHttp({ topic, post: `http://${server.address}`, n: 3 });

  await eventually(async () => {
    expect((await node.channel(topic, "nsq_to_http")).in_flight_count).toBe(20);
    expect(now).toBe(3);
  });
  await eventually(async () => {
    for (const release of open.splice(0)) release();
    expect((await node.channel(topic, "nsq_to_http")).clients![0]!.finish_count).toBe(20);
  });
  expect(most).toBe(3);
});

test("[UT5] a server that is silent fails the message in time", async () => {
  await using server = await answering((request) => void request.resume());
  const topic = uniqueTopic();
  await publish(topic, "x");
  await using utility = toHttp({
    topic,
    post: `http://${server.address}`,
    "http-client-request-timeout": "300ms",
  });

  await eventually(async () => expect((await node.channel(topic, "nsq_to_http")).requeue_count).toBe(1));
  expect(utility.stderr).toContain("no answer within 300 ms");
});

const source = { topic: "t", "nsqd-tcp-address": "a:1" };

test.each<[Flags, string]>([
  [{}, "--topic and --channel are required"],
  [{ ...source, "content-type": "x" }, "--content-type only used with --post"],
  [{ ...source, post: "http://a", "content-type": "" }, "--content-type requires a value when used"],
  [source, "--get or --post required"],
  [{ ...source, get: "http://a/%s", post: "http://a" }, "use --get or --post not both"],
  [{ ...source, get: "http://a/" }, "invalid GET address - must be a printf string"],
  [{ ...source, get: "http://a/%s/%s" }, "invalid GET address - must be a printf string"],
  [{ ...source, post: "a:1" }, "not an http or https address: a:1"],
  [{ ...source, post: "http://a", sample: 1.5 }, "--sample must be between 0.0 and 1.0"],
  [{ ...source, post: "http://a", header: "x=1" }, "--header value format should be"],
  [{ ...source, post: "http://a", header: "x: a\r\nb: c" }, "--header value format should be"],
])("[CL2] nsq_to_http %j is exit code 1: %s", async (flags, reason) => {
  const { code, stderr } = await runUtility("nsq_to_http", flags);

  expect(code).toBe(1);
  expect(stderr).toContain(`FATAL: ${reason}`);
});
