import { setTimeout as pause } from "node:timers/promises";
import type { Example } from "./backend.ts";

const dishes = ["soup", "noodles", "dumplings", "rice", "tea"];
const customers = ["Ada", "Li Wei", "Grace", "Mei", "Edsger"];
const pick = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)]!;

/** Until `stop`, a little irregularly. */
async function every(ms: number, stop: AbortSignal, act: (number: number) => Promise<void>): Promise<void> {
  for (let number = 1; !stop.aborted; number++) {
    await act(number);
    await pause(ms * (0.5 + Math.random()), undefined, { signal: stop }).catch(() => {});
  }
}

const order = (number: number) => ({ number, dish: pick(dishes), for: pick(customers) });

export const examples: readonly Example[] = [
  {
    name: "order-board",
    title:
      "A board that shows every order as it comes: plain HTML, each page an ephemeral channel of its own",
    script: "board.ts",
    topic: "orders",
    channel: "board",
    work: (publish, stop) => every(800, stop, (number) => publish(order(number))),
  },
  {
    name: "kitchen",
    title: "Kitchens that part the orders among them, in React: a dish that is done is finished",
    script: "kitchen.tsx",
    topic: "orders",
    channel: "kitchen",
    more: { rdyMax: 4 },
    work: (publish, stop) => every(1_500, stop, (number) => publish(order(number))),
  },
  {
    name: "support-desk",
    title: "Agents in browsers who compete for tickets, one at a time: solved, or passed on",
    script: "desk.ts",
    topic: "tickets",
    channel: "desk",
    more: { rdyMax: 1, verbs: ["sub", "pub"] },
    work: (publish, stop) =>
      every(3_000, stop, (number) =>
        publish({ number, from: pick(customers), text: `Where is my ${pick(dishes)}?` }),
      ),
  },
];
