import { expect, test } from "vitest";
import type { ChannelFigures } from "./channel-figures.ts";
import { header, row } from "./columns.ts";

const none: ChannelFigures = {
  depth: 0,
  backendDepth: 0,
  inFlight: 0,
  deferred: 0,
  requeued: 0,
  timedOut: 0,
  messages: 0,
  clients: 0,
};

test("[UT2] the columns are those of NSQ's nsq_stat, to the character", () => {
  const now = {
    depth: 60,
    backendDepth: 20,
    inFlight: 5,
    deferred: 4,
    requeued: 3,
    timedOut: 2,
    messages: 400,
    clients: 1,
  };

  expect(header + row({ ...none, messages: 100, depth: 10 }, now, 2)).toBe(
    [
      "------rate------+----------------depth----------------+--------------metadata---------------",
      "ingress  egress |   total     mem    disk inflt   def |     req     t-o         msgs clients",
      "    150     125 |      60      40      20     5     4 |       3       2          400       1",
      "",
    ].join("\n"),
  );
});

test("[UT2] rates lose their fraction, also when a restart has made them negative", () => {
  expect(row({ ...none, messages: 3 }, none, 2)).toMatch(/^ {5}-1 {6}-1 \|/);
});
