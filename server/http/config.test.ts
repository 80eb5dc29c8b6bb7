import { afterAll, beforeAll, expect, test } from "vitest";
import { nsqdOptions } from "../cli/nsqd-options.ts";
import { startServer, type TestServer } from "../testing/http-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    options: {
      "tls-required": "tcp-https",
      "database-url": "postgres://secret@localhost/db",
      "auth-http-address": ["127.0.0.1:1"],
    },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const json = async (path: string) => JSON.parse((await server.get(path)).text);

test("[HT8] /info has NSQ's keys, in its order, durations in nanoseconds", async () => {
  const reply = await server.get("/info");

  expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(reply.text).toBe(
    '{"version":"1.3.0","broadcast_address":"node.example.com","hostname":"host-of-tests","http_port":4151,' +
      '"tcp_port":4150,"start_time":1700000000,"max_heartbeat_interval":60000000000,' +
      '"max_output_buffer_size":65536,"max_output_buffer_timeout":30000000000,"max_deflate_level":6,' +
      '"topology_zone":"","topology_region":""}',
  );
});

test.each([
  ["mem_queue_size", "10000"],
  ["msg_timeout", "60000000000"],
  ["output_buffer_timeout", "250000000"],
  ["max_req_timeout", "3600000000000"],
  ["log_level", "2"],
  ["nsqlookupd_tcp_addresses", "[]"],
  ["auth_http_addresses", '["127.0.0.1:1"]'],
  ["e2e_processing_latency_percentiles", "[]"],
  ["tls_required", "1"],
  ["tls_min_version", "769"],
  ["deflate", "true"],
  ["statsd_exclude_ephemeral", "false"],
])("[HT13] GET /config/%s is %s, as JSON", async (name, value) => {
  const reply = await server.get(`/config/${name}`);

  expect([reply.status, reply.text]).toEqual([200, value]);
  expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
});

test.each([
  ["tcp_address", "0.0.0.0:4150"],
  ["statsd_prefix", "nsq.%s"],
  ["broadcast_address", "node.example.com"],
  ["topology_zone", ""],
])("[HT13] GET /config/%s is %j, as text", async (name, value) => {
  const reply = await server.get(`/config/${name}`);

  expect([reply.status, reply.text]).toEqual([200, value]);
  expect(reply.headers["content-type"]).toBe(value === "" ? undefined : "text/plain; charset=utf-8");
});

test("[HT13] every option of nsqd can be read under the name it has in a file", async () => {
  const hidden = ["config", "version", "verbose", "worker-id", "database-url"];
  const answers = await Promise.all(
    Object.entries(nsqdOptions)
      .filter(([name]) => !hidden.includes(name))
      .map(async ([name, row]) => {
        const key = ("fileKey" in row && row.fileKey) || name.replaceAll("-", "_");
        return [name, (await server.get(`/config/${key}`)).status];
      }),
  );

  expect(answers.length).toBeGreaterThan(50);
  expect(answers.filter(([, status]) => status !== 200)).toEqual([]);
});

test.each([
  "node_id",
  "mem-queue-size",
  "lookupd_tcp_address",
  "database_url",
  "config",
  "version",
  "x",
  "__proto__",
])("[HT13] GET /config/%s is no option", async (name) => {
  const reply = await server.get(`/config/${name}`);

  expect([reply.status, reply.text]).toEqual([400, '{"message":"INVALID_OPTION"}']);
});

test("[HT13] the log level and the lookups can be changed, and are answered as they are then", async () => {
  const level = await server.send("PUT", "/config/log_level", "DeBug");
  const lookups = await server.send("PUT", "/config/nsqlookupd_tcp_addresses", '["a:1","b:2"]');

  expect([level.status, level.text, server.logLevel]).toEqual([200, "1", "debug"]);
  expect([lookups.status, lookups.text, server.lookupds]).toEqual([200, '["a:1","b:2"]', ["a:1", "b:2"]]);
  expect(await json("/config/log_level")).toBe(1);
  expect(await json("/config/nsqlookupd_tcp_addresses")).toEqual(["a:1", "b:2"]);
});

test.each([
  ["log_level", "warning", 400, "INVALID_VALUE"],
  ["log_level", "info\n", 400, "INVALID_VALUE"],
  ["log_level", "", 413, "INVALID_VALUE"],
  ["log_level", "x".repeat(1_048_577), 413, "INVALID_VALUE"],
  ["nsqlookupd_tcp_addresses", "a:1", 400, "INVALID_VALUE"],
  ["nsqlookupd_tcp_addresses", "[1]", 400, "INVALID_VALUE"],
  ["nsqlookupd_tcp_addresses", "{}", 400, "INVALID_VALUE"],
  ["mem_queue_size", "1", 400, "INVALID_OPTION"],
  ["nothing", "", 413, "INVALID_VALUE"],
  ["toString", "x", 400, "INVALID_OPTION"],
])("[HT13] PUT /config/%s of %j is %i %s", async (name, value, status, word) => {
  const reply = await server.send("PUT", `/config/${name}`, value);

  expect([reply.status, reply.text]).toEqual([status, `{"message":"${word}"}`]);
});
