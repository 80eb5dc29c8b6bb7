import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { apiPaths, type PublishRequest, type PublishResult } from "../../../server/console/contract/index.ts";
import { post } from "../../live/post.ts";
import { useLive } from "../../live/provider.tsx";
import { paths } from "../../paths.ts";
import type { Encoding } from "./body.ts";
import { loadSent, type Sent, saveSent, withSent } from "./history.ts";
import { listenFor } from "./watch.ts";

/** What somebody has written on the page. */
export interface Draft {
  readonly topic: string;
  readonly body: string;
  readonly encoding: Encoding;
  readonly count: number;
  readonly deferMs: number;
}

/** Publishes, and says exactly what came of it. `watch` goes on to the message's trace. */
export function usePublish(keepsBodies: boolean) {
  const { store } = useLive();
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState<readonly Sent[]>([]);
  /** A copy that was watched for did not come by. */
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
    const { topic, encoding } = draft;
    const sentBody = draft.body.replace(/\s/g, encoding === "base64" || encoding === "hex" ? "" : "$&");
    const sentAtMs = Date.now() + store.connection().offsetMs;
    // Only what is younger than this and has the same body can be it.
    const listening = watch
      ? listenFor(store, topic, (row) => row.atMs >= sentAtMs - 1_000 && row.body === sentBody)
      : null;
    await listening?.ready;
    const answer = await post<PublishResult>(apiPaths.publish, requestOf(draft));
    const asked = { ...draft, atMs: Date.now(), bytes };
    const outcome: Sent = answer.ok
      ? { ...asked, ...answer.value, isAccepted: true, message: "" }
      : {
          ...asked,
          ...{ answer: answer.failure.nodeCode ?? answer.failure.code, message: answer.failure.message },
          ...{ isAccepted: false, node: "", messages: 0, tookMs: 0, dueAtMs: null, durable: null },
        };
    keep(withSent(kept.current, outcome, keepsBodies));
    if (listening !== null) {
      const id = answer.ok ? await listening.id : null;
      listening.stop();
      if (id !== null) router.push(paths.message(id));
      else if (answer.ok) setUnseen(true);
    }
    setBusy(false);
  }

  return { send, busy, sent, unseen, forget: () => keep([]) };
}

function requestOf({ topic, body, encoding, count, deferMs }: Draft): PublishRequest {
  return {
    ...{ topic, body, encoding: encoding === "json" || encoding === "lines" ? "text" : encoding },
    ...(encoding === "lines" && { lines: true }),
    ...(encoding !== "lines" && count > 1 && { count }),
    ...(deferMs > 0 && { deferMs }),
  };
}
