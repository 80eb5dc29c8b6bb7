import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io } from "socket.io-client";
import { describe, expect, test } from "vitest";
import { nsqadminOptions } from "../cli/console-options.ts";
import { readOptions } from "../cli/read-options.ts";
import { ScriptedNsq } from "../console/testing/scripted-nsq.ts";
import { TestConsole } from "../console/testing/test-console.ts";
import { request } from "../testing/http.ts";
import { consoleSettings } from "./console-settings.ts";
import { NodeLog } from "./node-log.ts";

async function start(args: readonly string[], changes: Parameters<typeof TestConsole.start>[1] = {}) {
  const { options } = await readOptions(nsqadminOptions, args, {});
  const log = new NodeLog("", "fatal");
  const settings = consoleSettings(options, nsqadminOptions, log);
  return { log, weir: await TestConsole.start([], { ...settings, ...changes }) };
}

/** As a browser goes to a page; fetch would call it something else. */
function navigate(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept: "text/html", "sec-fetch-mode": "navigate" };
    get(url, { headers }, (answer) => resolve(answer.resume())).on("error", reject);
  });
}

const lookupd = "-lookupd-http-address=127.0.0.1:1";

describe("/config", () => {
  test("[AD8] is read and changed by those within the network that is allowed", async () => {
    const { log, weir } = await start([lookupd, "-http-client-request-timeout=3s"]);
    await using _ = weir;
    const ask = async (method: string, key: string, body?: string) => {
      const { status, text } = await request(method, `${weir.url}/config/${key}`, body);
      return [status, text];
    };

    expect(await ask("GET", "nsqlookupd_http_addresses")).toEqual([200, '["127.0.0.1:1"]']);
    expect(await ask("GET", "http_client_request_timeout")).toEqual([200, "3000000000"]);
    expect(await ask("GET", "http_address")).toEqual([200, "0.0.0.0:4171"]);
    expect(await ask("GET", "log_level")).toEqual([200, "5"]);
    expect(await ask("PUT", "log_level", "Debug")).toEqual([200, "1"]);
    expect(log.level).toBe("debug");
    const addresses = '["127.0.0.1:2","127.0.0.1:3"]';
    expect(await ask("PUT", "nsqlookupd_http_addresses", addresses)).toEqual([200, addresses]);
    expect(weir.server.collector.lookups!.addresses).toEqual(["127.0.0.1:2", "127.0.0.1:3"]);
  });

  test.each([
    ["GET", "nsqlookupd-http-addresses", undefined, 400, "INVALID_OPTION"],
    ["GET", "database_url", undefined, 400, "INVALID_OPTION"],
    ["PUT", "http_address", "x", 400, "INVALID_OPTION"],
    ["PUT", "log_level", "loud", 400, "INVALID_VALUE"],
    ["PUT", "log_level", "", 413, "INVALID_VALUE"],
    ["PUT", "nsqlookupd_http_addresses", '["nowhere"]', 400, "INVALID_VALUE"],
    ["PUT", "nsqlookupd_http_addresses", "[]", 400, "INVALID_VALUE"],
    ["PUT", "nsqlookupd_http_addresses", "x".repeat(1_100_000), 413, "INVALID_VALUE"],
  ])("[AD8] %s of %s is refused", async (method, key, body, status, message) => {
    const { weir } = await start([lookupd]);
    await using _ = weir;
    const answer = await request(method, `${weir.url}/config/${key}`, body);

    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { message }]);
  });

  test.each([
    ["-allow-config-from-cidr=10.0.0.0/8", 403],
    ["-allow-config-from-cidr=127.0.0.1/8", 200],
    ["-allow-config-from-cidr=", 200],
  ])("[AD8] with %s it answers %d, whatever a header says of the address", async (flag, status) => {
    const { weir } = await start([lookupd, flag]);
    await using _ = weir;
    const headers = { "x-forwarded-for": "10.0.0.1", "x-real-ip": "10.0.0.1" };

    expect((await request("GET", `${weir.url}/config/log_level`, undefined, headers)).status).toBe(status);
    const write = await request("PUT", `${weir.url}/config/log_level`, "error", headers);
    expect(write.status).toBe(status);
  });
});

describe("--base-path", () => {
  test("[AD7] pages, the API, sign-in and the socket stand under it, and nothing beside it", async () => {
    await using node = await ScriptedNsq.start();
    const seen: string[] = [];
    const pages = createServer((asked, answer) => {
      seen.push(asked.url!);
      answer.end("a page");
    });
    await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
    const pagesUrl = () => `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    const { weir } = await start([`-nsqd-http-address=${node.key}`, "-base-path=nsq//admin/"], { pagesUrl });
    await using _ = weir;
    const link = await weir.server.newSignInPath();
    await weir.signIn();
    const paths = ["/nsq/admin", "/nsq/admin/", "/nsq/admin/topics?q=1", "/nsq/admin/_next/static/a.js"];
    const statuses = [];
    for (const path of [...paths, "/nsq/admin/api/v1/session", "/nsq/admin/ping"])
      statuses.push((await weir.get(path)).status);
    const beside = [];
    for (const path of ["/", "/ping", "/api/v1/session", "/nsq/administrator", "/nsq/admin2/ping"])
      beside.push((await weir.get(path)).status);
    const old = await weir.get("/nsq/admin/topics/t/c");
    const signIn = await navigate(`${weir.url}/nsq/admin/topics`);
    const socket = io(weir.url, {
      path: "/nsq/admin/socket.io",
      transports: ["websocket"],
      extraHeaders: { cookie: weir.cookie, origin: weir.url },
      reconnection: false,
    });
    const hello = await new Promise((resolve, reject) => {
      socket.on("hello", resolve);
      socket.on("connect_error", reject);
    });
    socket.disconnect();
    pages.close();

    expect(link).toMatch(/^\/nsq\/admin\/signin\?token=/);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
    expect(seen).toEqual([
      "/nsq/admin",
      "/nsq/admin",
      "/nsq/admin/topics?q=1",
      "/nsq/admin/_next/static/a.js",
    ]);
    expect(beside).toEqual([404, 404, 404, 404, 404]);
    expect([old.status, old.headers.get("location")]).toEqual([308, "/nsq/admin/topics/t/channels/c"]);
    expect([signIn.statusCode, signIn.headers.location]).toEqual([303, "/nsq/admin/signin"]);
    expect(hello).toMatchObject({ version: "0.0.0" });
  });
});

test("[CL3] nsqadmin's file is read under its own keys", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "weir-nsqadmin-")), "nsqadmin.cfg");
  writeFileSync(
    path,
    `nsqlookupd_http_addresses = ["a:4161", "b:4161"]
     nsqd_http_addresses = "c:4151"
     admin_users = ["ann"]
     http_client_request_timeout = 1500
     base_path = "/nsq"`,
  );
  const { options, ignoredKeys } = await readOptions(nsqadminOptions, [`-config=${path}`], {});

  expect(ignoredKeys).toEqual([]);
  expect(options).toMatchObject({
    "lookupd-http-address": ["a:4161", "b:4161"],
    "nsqd-http-address": ["c:4151"],
    "admin-user": ["ann"],
    "http-client-request-timeout": 1_500,
    "base-path": "/nsq",
    "nsqadmin-api": "open",
  });
});
