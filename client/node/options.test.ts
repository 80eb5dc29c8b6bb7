import { expect, test } from "vitest";
import { parseAddress } from "./address.ts";
import { Consumer } from "./consumer.ts";
import { parseLocalAddress } from "./local-address.ts";
import { parseConsumerOptions, parseProducerOptions } from "./option-list.ts";
import { type ConsumerOptions, consumerSettings, OptionError, producerSettings } from "./options.ts";

const consumer: ConsumerOptions = { topic: "t", channel: "c", nsqdTcpAddresses: ["127.0.0.1:4150"] };

test("[NC1] what nobody says is what go-nsq has", () => {
  expect(consumerSettings(consumer)).toMatchObject({
    maxInFlight: 1,
    maxAttempts: 5,
    defaultRequeueDelayMs: 90_000,
    maxRequeueDelayMs: 900_000,
    lookupdPollIntervalMs: 60_000,
    lookupdPollJitter: 0.3,
    backoffStrategy: "exponential",
    maxBackoffDurationMs: 120_000,
    heartbeatIntervalMs: 30_000,
    outputBufferTimeoutMs: 250,
    tlsV1: false,
  });
});

test.each([
  ["is unknown", { maxInflight: 5 }, "there is no option maxInflight"],
  ["is beyond its range", { sampleRate: 100 }, "sampleRate must be from 0 to 99"],
  ["is no integer", { maxInFlight: 1.5 }, "maxInFlight must be an integer"],
  ["is of another type", { tlsV1: "yes" }, "tlsV1 must be a boolean"],
  [
    "is no word of its own",
    { backoffStrategy: "linear" },
    "backoffStrategy must be one of exponential, full_jitter",
  ],
  ["contradicts another", { snappy: true, deflate: true }, "snappy and deflate exclude one another"],
  [
    "contradicts another",
    { readTimeoutMs: 10_000 },
    "heartbeatIntervalMs must not be more than readTimeoutMs",
  ],
])("[NC1] an option that %s is refused: %j", (_, wrong, message) => {
  expect(() => consumerSettings({ ...consumer, ...(wrong as object) })).toThrow(new OptionError(message));
});

test("[NC1] what is needed is asked for", () => {
  expect(() => consumerSettings({ topic: "t", channel: "c" })).toThrow(
    "nsqdTcpAddresses or lookupdHttpAddresses",
  );
  expect(() => consumerSettings({ ...consumer, topic: undefined as unknown as string })).toThrow(
    "topic is needed",
  );
  expect(() => producerSettings({} as { nsqdTcpAddress: string })).toThrow("nsqdTcpAddress is needed");
});

test.each([
  "localhost",
  "localhost:0",
  "localhost:65536",
  "a b:4150",
  "user@host:4150",
  ":4150",
  "::1:4150",
  "a\0b:4150",
])("[NC1] %j is no address", (address) => {
  expect(() => parseAddress(address)).toThrow(OptionError);
  expect(() => new Consumer({ ...consumer, nsqdTcpAddresses: ["127.0.0.1:1", address] }, () => {})).toThrow(
    OptionError,
  );
});

test("[NC1] hosts, IPv6 addresses in brackets and paths are addresses", () => {
  expect(["node-1.example.com:4150", "[::1]:4150", "/run/nsqd.sock"].map(parseAddress)).toEqual([
    { host: "node-1.example.com", port: 4150 },
    { host: "::1", port: 4150 },
    { path: "/run/nsqd.sock" },
  ]);
});

test.each([
  ["10.0.0.1", { localAddress: "10.0.0.1" }],
  ["10.0.0.1:0", { localAddress: "10.0.0.1" }],
  ["[::1]:9000", { localAddress: "::1", localPort: 9000 }],
  ["::1", { localAddress: "::1" }],
])("[NC1] %j is an address to connect from", (text, expected) => {
  expect(parseLocalAddress(text)).toEqual(expected);
});

test.each(["eth0", "localhost:0", "10.0.0.1:70000", "10.0.0.256"])(
  "[NC1] %j is no address to connect from: said before anything is connected",
  (localAddr) => {
    const options = { topic: "t", channel: "c", lookupdHttpAddresses: ["127.0.0.1:1"], localAddr };
    expect(() => new Consumer(options, () => {})).toThrow(OptionError);
  },
);

test.each(["a topic", "", "t".repeat(65)])("[NC1] %j is no name", (topic) => {
  expect(() => new Consumer({ ...consumer, topic }, () => {})).toThrow(OptionError);
});

test("[NC1] a list of options says what go-nsq takes it to say", () => {
  const list = [
    "max_in_flight,5",
    "tls-v1",
    "snappy=false",
    "msg_timeout,10s",
    "read_timeout=90000",
    "lookupd-poll-jitter,0.5",
    "auth_secret,a,b=c",
    "output_buffer_timeout,-1",
  ];

  expect(parseConsumerOptions(list)).toEqual({
    maxInFlight: 5,
    tlsV1: true,
    snappy: false,
    msgTimeoutMs: 10_000,
    readTimeoutMs: 90_000,
    lookupdPollJitter: 0.5,
    authSecret: "a,b=c",
    outputBufferTimeoutMs: -1,
  });
  expect(parseProducerOptions(["max_in_flight,5", "snappy"])).toEqual({ snappy: true });
});

test.each([
  "max_flight,5",
  "msg_timeout,soon",
  "sample_rate,100",
  "tls_v1,maybe",
  "max_in_flight",
  "",
  "=",
  "autoTouch",
])("[NC1] a list with %j is refused", (entry) => {
  expect(() => parseConsumerOptions([entry])).toThrow(OptionError);
});

test("[NC1] a value that is refused is not repeated: it may be a secret", () => {
  expect(() => parseConsumerOptions(["sample_rate,hunter2"])).toThrow(/^((?!hunter2).)*$/);
});
