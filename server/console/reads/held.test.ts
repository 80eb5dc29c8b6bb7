import { expect, test } from "vitest";
import type { JoinedTopic } from "../collector/join.ts";
import { heldPlaces } from "./held.ts";

/** Channels with what each has in flight, deferred and poisoned. */
const topics = new Map(
  Object.entries({
    orders: { billing: [3, 0, 1], shipping: [9, 0, null] },
    invoices: { mail: [5, 2, 0], idle: [0, 0, 0], silent: [null, null, null] },
  }).map(([name, channels]) => [
    name,
    {
      channels: new Map(
        Object.entries(channels).map(([key, [inFlight, deferred, poison]]) => [
          key,
          { row: { key, poison, flow: { inFlight, deferred } } },
        ]),
      ),
    } as unknown as JoinedTopic,
  ]),
);
const places = (wanted: Partial<Parameters<typeof heldPlaces>[1]>) =>
  heldPlaces(topics, { state: "inflight", topic: null, channel: null, sees: () => true, ...wanted }).map(
    ({ topic, channel }) => `${topic}/${channel}`,
  );

test("[CW10] of many channels those are asked that have most, and none that has nothing", () => {
  expect(places({})).toEqual(["orders/shipping", "invoices/mail", "orders/billing"]);
  expect(places({ state: "deferred" })).toEqual(["invoices/mail"]);
  expect(places({ state: "poison" })).toEqual(["orders/billing"]);
});

test("[CW10] what is asked by name, or not seen, leaves the others out", () => {
  expect(places({ topic: "orders" })).toEqual(["orders/shipping", "orders/billing"]);
  expect(places({ channel: "mail" })).toEqual(["invoices/mail"]);
  expect(places({ topic: "none" })).toEqual([]);
  expect(places({ sees: (topic) => topic !== "orders" })).toEqual(["invoices/mail"]);
});
