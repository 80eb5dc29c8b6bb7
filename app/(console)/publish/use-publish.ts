import { useRouter } from "next/navigation";
import { useState } from "react";
import {
  type ApiFailure,
  apiPaths,
  type PublishRequest,
  type PublishResult,
} from "../../../server/console/contract/index.ts";
import { post } from "../../live/post.ts";
import { useLive } from "../../live/provider.tsx";
import { paths } from "../../paths.ts";
import { listenFor } from "./watch.ts";

export type Outcome =
  | { readonly kind: "sent"; readonly topic: string; readonly atMs: number; readonly result: PublishResult }
  | { readonly kind: "unseen"; readonly topic: string }
  | { readonly kind: "refused"; readonly topic: string; readonly failure: ApiFailure };

const outcomesMax = 20;

/** Publishes, and says exactly what came of it. `watch` goes on to the message's trace. */
export function usePublish() {
  const { store } = useLive();
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const add = (outcome: Outcome) => setOutcomes((before) => [outcome, ...before].slice(0, outcomesMax));

  async function send(request: PublishRequest, watch: boolean): Promise<void> {
    setBusy(true);
    const { topic } = request;
    const sentBody = request.body.replace(/\s/g, request.encoding === "text" ? "$&" : "");
    const sentAtMs = Date.now() + store.connection().offsetMs;
    // Only what is younger than this and has the same body can be it.
    const listening = watch
      ? listenFor(store, topic, (row) => row.atMs >= sentAtMs - 1_000 && row.body === sentBody)
      : null;
    await listening?.ready;
    const answer = await post<PublishResult>(apiPaths.publish, request);
    if (answer.ok) add({ kind: "sent", topic, atMs: Date.now(), result: answer.value });
    else add({ kind: "refused", topic, failure: answer.failure });
    if (listening !== null) {
      const id = answer.ok ? await listening.id : null;
      listening.stop();
      if (id !== null) router.push(paths.message(id));
      else if (answer.ok) add({ kind: "unseen", topic });
    }
    setBusy(false);
  }

  return { send, busy, outcomes };
}
