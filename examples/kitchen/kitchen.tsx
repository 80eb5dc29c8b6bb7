import { useCallback, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import type { Message } from "../../client/browser/index.ts";
import { useConsumer } from "../../client/browser/react.ts";
import { token, weirUrl } from "../token.ts";

interface Order {
  readonly number: number;
  readonly dish: string;
  readonly for: string;
}

const url = await weirUrl();
/** Cooking takes longer than the message timeout at times. */
const touchEveryMs = 20_000;

function Kitchen() {
  const [orders, setOrders] = useState<readonly Message[]>([]);
  const remove = useCallback(
    (message: Message) => setOrders((before) => before.filter((one) => one !== message)),
    [],
  );
  const { state, consumer } = useConsumer({
    ...{ url, topic: "orders", channel: "kitchen", token, maxInFlight: 4 },
    onMessage: (message) => {
      setOrders((before) => [...before, message]);
      const timer = setInterval(() => {
        if (message.isAnswered || message.isLost) clearInterval(timer);
        else void message.touch().catch(() => {});
      }, touchEveryMs);
    },
  });
  // What was taken back is somebody else's to cook.
  useEffect(() => consumer?.on("lost", remove), [consumer, remove]);
  const done = async (message: Message) => {
    remove(message);
    await message.finish();
  };
  return (
    <>
      <h1>Kitchen</h1>
      <p role="status">
        {state}, {orders.length} on the stove
      </p>
      {orders.map((message) => {
        const order = message.json<Order>();
        return (
          <article key={message.id}>
            <p>
              {order.number}: {order.dish} for {order.for}
            </p>
            <button type="button" onClick={() => void done(message)}>
              Done
            </button>
          </article>
        );
      })}
    </>
  );
}

createRoot(document.getElementById("kitchen")!).render(<Kitchen />);
