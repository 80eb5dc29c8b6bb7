import { Consumer, type Message, Producer } from "../../client/browser/index.ts";
import { token, weirUrl } from "../token.ts";

interface Ticket {
  readonly number?: number;
  readonly from: string;
  readonly text: string;
}

const element = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const url = await weirUrl();
const passDelayMs = 1_000;
let held: Message | null = null;
let solved = 0;

const consumer = new Consumer({
  ...{ url, topic: "tickets", channel: "desk", token, maxInFlight: 1 },
  onMessage: show,
});
consumer.on("state", (state) => {
  element("state").textContent = state;
});
consumer.on("lost", clear);

function show(message: Message): void {
  held = message;
  const { from, text } = message.json<Ticket>();
  element("ticket").textContent = `${from} asks: ${text}`;
  setButtons(true);
}

function clear(): void {
  held = null;
  element("ticket").textContent = "No ticket.";
  setButtons(false);
}

function setButtons(isEnabled: boolean): void {
  for (const id of ["solve", "pass"]) element<HTMLButtonElement>(id).disabled = !isEnabled;
}

element("solve").onclick = async () => {
  const message = held!;
  clear();
  if ((await message.finish()) === "ok") solved++;
  element("solved").textContent = String(solved);
};
element("pass").onclick = async () => {
  const message = held!;
  clear();
  await message.requeue(passDelayMs);
};
setInterval(() => {
  element("left").textContent = held ? `${Math.ceil(held.remainingMs / 1_000)} s left` : "";
}, 250);

const producer = new Producer({ url, token });
element<HTMLFormElement>("ask").onsubmit = async (event) => {
  event.preventDefault();
  const text = element<HTMLInputElement>("question").value;
  const key = crypto.randomUUID();
  try {
    await producer.publish("tickets", JSON.stringify({ from: "You", text } satisfies Ticket), { key });
    element("asked").textContent = "It is in the queue.";
    element<HTMLFormElement>("ask").reset();
  } catch (error) {
    element("asked").textContent = String(error);
  }
};
