/** NSQ's own flags, defaults and keys, written down beside the tables: nothing of them may get lost. */
import { describe, expect, test } from "vitest";
import { commandOf } from "./commands.ts";
import { fileKeyOf } from "./config-file.ts";

/** A line a flag: its name, then its default as NSQ says it; `*` where the machine decides, `[]` for a list. */
const flags: Readonly<Record<string, string>> = {
  nsqd: `
    config
    version false
    verbose false
    worker-id 0
    log-level info
    log-prefix "[nsqd] "
    node-id *
    tcp-address 0.0.0.0:4150
    http-address 0.0.0.0:4151
    https-address 0.0.0.0:4152
    broadcast-address *
    broadcast-tcp-port 0
    broadcast-http-port 0
    lookupd-tcp-address []
    auth-http-address []
    auth-http-request-method get
    http-client-connect-timeout 2s
    http-client-request-timeout 5s
    topology-region
    topology-zone
    enable-experiment []
    data-path
    mem-queue-size 10000
    max-bytes-per-file 104857600
    sync-every 2500
    sync-timeout 2s
    queue-scan-worker-pool-max 4
    queue-scan-selection-count 20
    msg-timeout 60s
    max-msg-timeout 15m
    max-msg-size 1048576
    max-body-size 5242880
    max-req-timeout 1h
    max-heartbeat-interval 60s
    max-rdy-count 2500
    max-output-buffer-size 65536
    max-output-buffer-timeout 30s
    min-output-buffer-timeout 25ms
    output-buffer-timeout 250ms
    max-channel-consumers 0
    statsd-address
    statsd-prefix nsq.%s
    statsd-interval 60s
    statsd-mem-stats true
    statsd-udp-packet-size 508
    statsd-exclude-ephemeral false
    e2e-processing-latency-percentile []
    e2e-processing-latency-window-time 10m
    tls-cert
    tls-key
    tls-root-ca-file
    tls-client-auth-policy
    tls-required false
    tls-min-version tls1.0
    deflate true
    snappy true
    max-deflate-level 6`,
  nsqlookupd: `
    config
    version false
    verbose false
    log-level info
    log-prefix "[nsqlookupd] "
    tcp-address 0.0.0.0:4160
    http-address 0.0.0.0:4161
    broadcast-address *
    inactive-producer-timeout 5m
    tombstone-lifetime 45s`,
  nsqadmin: `
    config
    version false
    verbose false
    log-level info
    log-prefix "[nsqadmin] "
    http-address 0.0.0.0:4171
    base-path /
    dev-static-dir
    lookupd-http-address []
    nsqd-http-address []
    graphite-url
    proxy-graphite false
    statsd-counter-format stats.counters.%s.count
    statsd-gauge-format stats.gauges.%s
    statsd-prefix nsq.%s
    statsd-interval 60s
    notification-http-endpoint
    http-client-connect-timeout 2s
    http-client-request-timeout 5s
    http-client-tls-insecure-skip-verify false
    http-client-tls-root-ca-file
    http-client-tls-cert
    http-client-tls-key
    allow-config-from-cidr 127.0.0.1/8
    acl-http-header X-Forwarded-User
    admin-user []`,
  nsq_tail: `
    version false
    nsqd-tcp-address []
    lookupd-http-address []
    consumer-opt []
    topic []
    channel *
    max-in-flight 200
    n 0
    print-topic false`,
  nsq_stat: `
    version false
    nsqd-http-address []
    lookupd-http-address []
    topic
    channel
    interval 2s
    count *
    http-client-connect-timeout 2s
    http-client-request-timeout 5s`,
  nsq_to_file: `
    version false
    nsqd-tcp-address []
    lookupd-http-address []
    consumer-opt []
    topic []
    topic-pattern
    topic-refresh 1m
    channel nsq_to_file
    max-in-flight 200
    output-dir /tmp
    work-dir
    datetime-format %Y-%m-%d_%H
    filename-format <TOPIC>.<HOST><REV>.<DATETIME>.log
    host-identifier
    gzip false
    gzip-level 6
    skip-empty-files false
    rotate-size 0
    rotate-interval 0
    sync-interval 30s
    log-level info
    log-prefix "[nsq_to_file] "
    http-client-connect-timeout 2s
    http-client-request-timeout 5s`,
  nsq_to_http: `
    version false
    nsqd-tcp-address []
    lookupd-http-address []
    consumer-opt []
    topic
    channel nsq_to_http
    post []
    get []
    header []
    content-type application/octet-stream
    n 100
    max-in-flight 200
    mode hostpool
    sample 1.0
    status-every 250
    http-client-connect-timeout 2s
    http-client-request-timeout 20s`,
  nsq_to_nsq: `
    version false
    nsqd-tcp-address []
    lookupd-http-address []
    consumer-opt []
    producer-opt []
    topic []
    channel nsq_to_nsq
    destination-nsqd-tcp-address []
    destination-topic
    max-in-flight 200
    mode hostpool
    status-every 250
    require-json-field
    require-json-value
    whitelist-json-field []`,
  to_nsq: `
    topic
    nsqd-tcp-address []
    producer-opt []
    delimiter *
    rate 0`,
};

/** Where a key in a file is not the flag's name with `_` for `-`. */
const fileKeys: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nsqd: {
    "node-id": "id",
    "lookupd-tcp-address": "nsqlookupd_tcp_addresses",
    "auth-http-address": "auth_http_addresses",
    "e2e-processing-latency-percentile": "e2e_processing_latency_percentiles",
  },
  nsqadmin: {
    "lookupd-http-address": "nsqlookupd_http_addresses",
    "nsqd-http-address": "nsqd_http_addresses",
    "admin-user": "admin_users",
  },
};

const tables = await Promise.all(
  Object.entries(flags).map(async ([program, lines]) => {
    const table = (await commandOf(program)?.load())?.default.table ?? {};
    const rows = lines
      .trim()
      .split("\n")
      .map((line) => /^\s*(\S+) ?(.*)$/.exec(line)!)
      .map(([, name, text]) => ({ name: name!, text: text!.replace(/^"(.*)"$/, "$1") }));
    return { program, table, rows };
  }),
);

describe.each(tables)("$program", ({ table, rows }) => {
  test.each(rows)("[CL1] $name has the default $text", ({ name, text }) => {
    const option = table[name];
    expect(option, `--${name}`).toBeDefined();
    if (text === "[]") {
      expect(option!.list).toBe(true);
      expect(option!.default).toEqual([]);
    } else if (text !== "*") expect(option!.default).toEqual(option!.parse(text, undefined));
  });
});

const withFiles = tables.filter(({ table }) => Object.hasOwn(table, "config"));

test.each(withFiles)("[CL3] a file of $program has the keys that NSQ's has", ({ program, table, rows }) => {
  for (const { name } of rows) {
    const key = fileKeys[program]?.[name] ?? name.replaceAll("-", "_");
    expect(fileKeyOf(name, table[name]!)).toBe(key);
  }
});

test("[CL3] NSQ's daemons have files", () => {
  expect(withFiles.map(({ program }) => program)).toEqual(["nsqd", "nsqlookupd", "nsqadmin"]);
});
