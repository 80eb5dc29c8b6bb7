/** Runs in the browser: tells the test of each message it gets, then finishes it. */
import { Consumer } from "../../client/browser/index.ts";

declare global {
  interface Window {
    delivered(id: string, number: number): Promise<void>;
    deliveredAfterEnd(text: string): Promise<void>;
    gap(): Promise<void>;
  }
}

/** Up to so long it works on a message, so that it holds some whenever harm comes. */
const holdMsMost = Number(document.body.dataset["holdMs"]);
let expired = false;

const consumer = new Consumer({
  url: document.body.dataset["console"]!,
  topic: "competed",
  channel: "tabs",
  maxInFlight: 20,
  token: async () => await (await fetch("/token")).text(),
  onMessage: async (message) => {
    if (expired) void window.deliveredAfterEnd(message.text);
    await window.delivered(message.id, Number(message.text));
    if (holdMsMost > 0) await new Promise((done) => setTimeout(done, Math.random() * holdMsMost));
    await message.finish();
  },
});
consumer.on("state", (state) => {
  if (state === "consuming") expired = false;
});
consumer.on("error", ({ code }) => {
  if (code === "expired") expired = true;
});
consumer.on("gap", () => void window.gap());
