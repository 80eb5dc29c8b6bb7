import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { apiPaths, type PublishRequest, type PublishResult } from "../../../server/console/contract/index.ts";
import { post } from "../../live/post.ts";
import { paths } from "../../paths.ts";
import type { Encoding } from "./body.ts";
import { loadSent, type Sent, saveSent, withSent } from "./history.ts";

/** What somebody has written on the page. */
export interface Draft {
  readonly topic: string;
  readonly body: string;
  readonly encoding: Encoding;
  readonly count: number;
  readonly deferMs: number;
  /** "": none. */
  readonly key: string;
  /** Its key; "": any that is up. */
  readonly node: string;
}

/** Publishes, and says exactly what came of it. `watch` goes on to the message's trace. */
export function usePublish(keepsBodies: boolean) {
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState<readonly Sent[]>([]);
  /** The node did not say the id of what was to be watched. */
  const [unseen, setUnseen] = useState(false);
  const kept = useRef<readonly Sent[]>([]);
  const keep = (list: readonly Sent[]) => {
    kept.current = list;
    setSent(list);
    saveSent(list);
  };
  useEffect(() => {
    kept.current = loadSent();
    setSent(kept.current);
  }, []);

  async function send(draft: Draft, bytes: number, watch: boolean): Promise<void> {
    setBusy(true);
    setUnseen(false);
    const answer = await post<PublishResult>(apiPaths.publish, requestOf(draft));
    const { key: _, node: __, ...said } = draft;
    const asked = { ...said, atMs: Date.now(), bytes };
    const outcome: Sent = answer.ok
      ? { ...asked, ...answer.value, isAccepted: true, message: "" }
      : {
          ...asked,
          ...{ answer: answer.failure.nodeCode ?? answer.failure.code, message: answer.failure.message },
          ...{
            isAccepted: false,
            node: "",
            messages: 0,
            tookMs: 0,
            dueAtMs: null,
            durable: null,
            messageId: null,
          },
        };
    keep(withSent(kept.current, outcome, keepsBodies));
    if (watch && answer.ok) {
      if (answer.value.messageId !== null) router.push(paths.message(answer.value.messageId));
      else setUnseen(true);
    }
    setBusy(false);
  }

  return { send, busy, sent, unseen, forget: () => keep([]) };
}

function requestOf({ topic, body, encoding, count, deferMs, key, node }: Draft): PublishRequest {
  return {
    ...{ topic, body, encoding: encoding === "json" || encoding === "lines" ? "text" : encoding },
    ...(encoding === "lines" && { lines: true }),
    ...(encoding !== "lines" && count > 1 && { count }),
    ...(deferMs > 0 && { deferMs }),
    ...(key !== "" && { key }),
    ...(node !== "" && { node }),
  };
}
