/** The consumer as a React hook: `import { useConsumer } from "weir/client/browser/react"`. */
import { useEffect, useRef, useState } from "react";
import { Consumer, type ConsumerOptions, type ConsumerState, type Gap } from "./consumer.ts";
import type { BridgeError } from "./errors.ts";
import type { Message } from "./message.ts";

export interface Consuming {
  readonly state: ConsumerState;
  /** The last one, until the next. */
  readonly gap: Gap | null;
  readonly error: BridgeError | null;
  /** Null before the first effect has run. */
  readonly consumer: Consumer | null;
}

/**
 * Consumes while the component is mounted; what it holds goes back when it is not. A new consumer begins when `url`,
 * `topic`, `channel`, `group` or `whenHidden` changes; the latest `onMessage` and `token` are used as they are.
 */
export function useConsumer(options: ConsumerOptions): Consuming {
  const latest = useRef(options);
  latest.current = options;
  const [consuming, setConsuming] = useState<Consuming>({
    state: "connecting",
    gap: null,
    error: null,
    consumer: null,
  });
  const { url, topic, channel, group, whenHidden, maxInFlight } = options;

  useEffect(() => {
    const consumer = new Consumer({
      ...latest.current,
      ...(url === undefined ? {} : { url }),
      ...(group === undefined ? {} : { group }),
      ...(whenHidden === undefined ? {} : { whenHidden }),
      topic,
      channel,
      token: () => latest.current.token(),
      onMessage: (message: Message) => latest.current.onMessage(message),
    });
    setConsuming({ state: consumer.state, gap: null, error: null, consumer });
    consumer.on("state", (state) => setConsuming((before) => ({ ...before, state })));
    consumer.on("gap", (gap) => setConsuming((before) => ({ ...before, gap })));
    consumer.on("error", (error) => setConsuming((before) => ({ ...before, error })));
    return () => consumer.close();
  }, [url, topic, channel, group, whenHidden]);

  const { consumer } = consuming;
  useEffect(() => {
    if (consumer && maxInFlight !== undefined) void consumer.setMaxInFlight(maxInFlight);
  }, [consumer, maxInFlight]);
  return consuming;
}
