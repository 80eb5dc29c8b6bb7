import { expect, test } from "vitest";
import { absoluteLink } from "./absolute-link.ts";

const now = Date.UTC(2026, 1, 3, 4, 5, 6);

test.each([
  ["http://c/t?window=1h&q=a", { from: "2026-02-03T03:05:06.000Z", to: "2026-02-03T04:05:06.000Z", q: "a" }],
  ["http://c/t?from=now-15m&to=now", { from: "2026-02-03T03:50:06.000Z", to: "2026-02-03T04:05:06.000Z" }],
  ["http://c/t?from=2026-01-01T00:00:00Z", { from: "2026-01-01T00:00:00Z" }],
  ["http://c/t?window=mars", { window: "mars" }],
])("[W12] %s can be shared with the times that it shows now", (href, query) => {
  expect(Object.fromEntries(new URL(absoluteLink(href, now)).searchParams)).toEqual(query);
});
