import { useEffect, useState } from "react";
import { type ApiFailure, apiPaths, type Trace } from "../../../../server/console/contract/index.ts";
import { get } from "../../../live/post.ts";
import { useLive } from "../../../live/provider.tsx";

const everyMs = 2_000;
/** After so long a page that is left open stops asking. */
const asksMax = 300;

/** A trace that keeps up: asked again while somebody looks, unless the page is held still. */
export function useTrace(rendered: Trace): { trace: Trace; failure: ApiFailure | null } {
  const { store } = useLive();
  const [trace, setTrace] = useState(rendered);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const { id } = rendered;

  useEffect(() => {
    let asks = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const ask = async () => {
      if (!document.hidden && store.connection().pausedAtMs === null) {
        asks++;
        const answer = await get<Trace>(apiPaths.trace(id));
        if (gone) return;
        if (answer.ok) setTrace(answer.value);
        setFailure(answer.ok ? null : answer.failure);
      }
      if (asks < asksMax) timer = setTimeout(() => void ask(), everyMs);
    };
    timer = setTimeout(() => void ask(), everyMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [store, id]);

  return { trace: trace.id === id ? trace : rendered, failure };
}
