import { createTranslator } from "use-intl/core";
import { expect, test } from "vitest";
import type { Impact } from "../../server/console/contract/index.ts";
import { formatsOf } from "../live/format.ts";
import { en } from "../words/en/index.ts";
import { type ActionT, ActionWords, typedName } from "./words.ts";

const words = new ActionWords(
  createTranslator({ locale: "en", messages: en, namespace: "actions" }) as unknown as ActionT,
  formatsOf("en"),
);
const emptyBilling = { action: "empty-channel", topic: "orders", channel: "billing" } as const;
const impact: Impact = {
  ...emptyBilling,
  etag: "e",
  atMs: 0,
  level: 2,
  messages: { total: 18_204, waiting: 17_003, inFlight: 1_144, deferred: 57 },
  channels: 1,
  consumers: 2,
  nodes: ["a", "b", "c"],
  missing: [],
  undoable: false,
};

test("[W8] what would be lost is said in figures", () => {
  expect(words.impact(impact)).toBe(
    "18,204 messages: 17,003 waiting, 1,144 in flight, 57 deferred; 3 nodes; 2 consumers connected.",
  );
});

test("[W8] the button says verb, object and count", () => {
  const deleteOrders = { action: "delete-topic", topic: "orders" } as const;

  expect(words.button(emptyBilling, impact)).toBe("Empty 18,204 messages");
  expect(words.button(deleteOrders, impact)).toBe("Delete orders and 18,204 messages");
  expect(words.button({ action: "pause-channel", topic: "orders", channel: "billing" }, null)).toBe(
    "Pause orders/billing",
  );
});

test("[W8] the name to type is the channel's where it is about a channel", () => {
  expect(typedName(emptyBilling)).toBe("billing");
  expect(typedName({ action: "delete-topic", topic: "orders#ephemeral" })).toBe("orders#ephemeral");
});

test("[W8] what a node refuses is said in words, and what is not known as it came", () => {
  expect(words.nodeCode("unreachable: nothing listens there")).toBe(
    "cannot be reached: nothing listens there",
  );
  expect(words.nodeCode("TOPIC_NOT_FOUND")).toBe("it does not have the topic");
  expect(words.nodeCode("HTTP 418")).toBe("HTTP 418");
});
