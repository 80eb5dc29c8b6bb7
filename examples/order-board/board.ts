import { Consumer } from "../../client/browser/index.ts";
import { token, weirUrl } from "../token.ts";

const shownMax = 20;
const element = (id: string) => document.getElementById(id)!;

const consumer = new Consumer({
  url: await weirUrl(),
  topic: "orders",
  channel: "board",
  group: "each",
  token,
  onMessage: async (message) => {
    const { number, dish, for: customer } = message.json<{ number: number; dish: string; for: string }>();
    const line = document.createElement("li");
    line.value = number;
    line.textContent = `${dish} for ${customer}`;
    element("orders").prepend(line);
    while (element("orders").children.length > shownMax) element("orders").lastElementChild!.remove();
    await message.finish();
  },
});
consumer.on("state", (state) => {
  element("state").textContent = state;
});
consumer.on("gap", ({ fromMs, toMs, missed }) => {
  const seconds = Math.ceil((toMs - fromMs) / 1_000);
  element("gap").textContent = missed === "possible" ? `Orders of ${seconds} s may be missing.` : "";
});
