import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { type AdminAction, Notifier } from "./notifier.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function endpoint(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=secret`;
}

const act = (topic: string): AdminAction => ({
  action: "create_topic",
  topic,
  remote_ip: "127.0.0.1:1",
  user_agent: "",
  url: "http://console/api/topics",
});

test("[AD5] an endpoint that never answers holds nobody up, and a flood of acts is bounded and counted", async () => {
  let asked = 0;
  const url = await endpoint(() => {
    asked += 1;
  });
  const warnings: string[] = [];
  let nowMs = 0;
  const notifier = new Notifier(
    url,
    () => nowMs,
    (message) => warnings.push(message),
  );
  for (let at = 0; at < 1_100; at++) notifier.notify(act(`t${at}`));
  await eventually(() => expect(asked).toBe(1));
  nowMs = 60_000;
  notifier.notify(act("late"));
  const startedMs = performance.now();
  await notifier.close();

  expect(performance.now() - startedMs).toBeLessThan(1_000);
  expect(warnings[0]).toContain("too many wait");
  expect(warnings[1]).toContain("100 so far");
  expect(warnings.join()).not.toContain("secret");
});

test("[AD5] acts are told in their order, and one that is refused or redirected is not told again", async () => {
  const bodies: string[] = [];
  const stolen: string[] = [];
  const elsewhere = await endpoint((request) => void stolen.push(request.url!));
  const url = await endpoint((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      bodies.push(JSON.parse(body).topic);
      if (bodies.length === 1) response.writeHead(500).end();
      else if (bodies.length === 2) response.writeHead(307, { location: elsewhere }).end();
      else response.end();
    });
  });
  const warnings: string[] = [];
  const notifier = new Notifier(url, Date.now, (message) => warnings.push(message));
  for (const topic of ["a", "b", "c"]) notifier.notify(act(topic));
  await eventually(() => expect(bodies).toEqual(["a", "b", "c"]));
  await notifier.close();

  expect(stolen).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining("it answered 500")]);
});

test("[AD5] without an endpoint nothing is sent and nothing kept", async () => {
  const notifier = new Notifier(null, Date.now, () => expect.unreachable());
  notifier.notify(act("t"));

  await notifier.close();
});
