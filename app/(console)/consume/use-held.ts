import { useCallback, useEffect, useRef, useState } from "react";
import { BridgeError, type Message, type Outcome } from "../../../client/browser/index.ts";
import { useConsumer } from "../../../client/browser/react.ts";
import { type ApiFailure, apiPaths, type MintedToken } from "../../../server/console/contract/index.ts";
import { base } from "../../base.ts";
import { post } from "../../live/post.ts";
import { type Fate, useHappenings } from "./use-happenings.ts";

/** A message that this page has to answer. */
export interface Held {
  readonly message: Message;
  /** It had so long when it came, or was touched: what the countdown is a part of. */
  readonly timeoutMs: number;
}

export type Act = "finish" | "requeue" | "touch";

export interface HeldOptions {
  readonly topic: string;
  readonly channel: string;
  readonly rdy: number;
  /** What arrives is finished by itself. */
  readonly autoFinish: boolean;
}

export const rdyMax = 50;
const textMax = 200;
/** Another try would be refused as well. */
const lasting: readonly ApiFailure["code"][] = ["forbidden", "not-found", "no-session", "bad-request"];

/** The page as a consumer, by the client that every page has: what it holds, and what becomes of it. */
export function useHeld({ topic, channel, rdy, autoFinish }: HeldOptions) {
  const [held, setHeld] = useState<readonly Held[]>([]);
  const [granted, setGranted] = useState<number | null>(null);
  const [nodes, setNodes] = useState(0);
  const [refused, setRefused] = useState<ApiFailure | null>(null);
  const { happened, note } = useHappenings();
  const finishesItself = useRef(autoFinish);
  useEffect(() => {
    finishesItself.current = autoFinish;
  }, [autoFinish]);

  const remove = useCallback(
    (message: Message) => setHeld((before) => before.filter((one) => one.message !== message)),
    [],
  );
  const settle = useCallback(
    async (message: Message, kind: Fate, asked: Promise<Outcome>, more = {}) => {
      const { id } = message;
      try {
        note((await asked) === "ok" ? { kind, id, ...more } : { kind: "not-in-flight", id });
      } catch (error) {
        if (!(error instanceof BridgeError)) throw error;
        note({ kind: "unknown", id });
      }
    },
    [note],
  );
  const { state, error, consumer } = useConsumer({
    url: globalThis.location === undefined ? "" : `${location.origin}${base}`,
    topic,
    channel,
    maxInFlight: rdy,
    token: async () => {
      const asked = { topics: [topic], channels: [channel], rdyMax };
      const answer = await post<MintedToken>(apiPaths.consumeTokens, asked);
      setRefused(answer.ok ? null : answer.failure);
      if (answer.ok) return answer.value.token;
      throw new Error(answer.failure.message);
    },
    onMessage: async (message) => {
      if (finishesItself.current) {
        const text = message.text.slice(0, textMax);
        return await settle(message, "finished", message.finish(), { text });
      }
      setHeld((before) => [...before, { message, timeoutMs: message.remainingMs }]);
    },
  });

  useEffect(() => {
    if (consumer === null) return;
    const ends = [
      consumer.on("lost", (message) => {
        remove(message);
        note({ kind: "lost", id: message.id });
      }),
      consumer.on("late", (id) => note({ kind: "late", id })),
      consumer.on("rdy", (count, why) => {
        setGranted(why === "free" ? null : count);
        note({ kind: "rdy", rdy: count, why });
      }),
      consumer.on("nodes", setNodes),
      consumer.on("gap", (gap) => note({ kind: "gap", gap })),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [consumer, note, remove]);

  useEffect(() => {
    if (refused !== null && lasting.includes(refused.code)) consumer?.close();
  }, [refused, consumer]);

  async function act(what: Act, { message }: Held, delayMs: number): Promise<void> {
    if (what === "touch") {
      await settle(message, "touched", message.touch());
      const { remainingMs } = message;
      setHeld((before) =>
        before.map((one) => (one.message === message ? { message, timeoutMs: remainingMs } : one)),
      );
      return;
    }
    remove(message);
    if (what === "finish") await settle(message, "finished", message.finish());
    else await settle(message, "requeued", message.requeue(delayMs), { delayMs });
  }

  return { held, act, state, error, granted, nodes, refused, happened };
}
