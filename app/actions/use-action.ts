import { useEffect, useState } from "react";
import { toast } from "sonner";
import {
  type ActionNodeResult,
  type ActionRequest,
  type ActionResult,
  type ActionTarget,
  type ApiFailure,
  apiPaths,
  type Impact,
} from "../../server/console/contract/index.ts";
import { get, post } from "../live/post.ts";
import { isWeighty, useActionWords } from "./words.ts";

export type ActionState =
  | { readonly step: "counting" }
  | { readonly step: "asking"; readonly changed: boolean; readonly failure: ApiFailure | null }
  | { readonly step: "acting" }
  /** Done on some nodes only, or on none. */
  | { readonly step: "partly"; readonly results: readonly ActionNodeResult[]; readonly requestId: string };

/** One action from its question to its result. `impact` is null where none has to be shown. */
export function useAction(target: ActionTarget, open: boolean, onDone: () => void) {
  const weighty = isWeighty(target);
  const words = useActionWords();
  const [state, setState] = useState<ActionState>({ step: "counting" });
  const [impact, setImpact] = useState<Impact | null>(null);
  const { action, topic, channel } = target;

  useEffect(() => {
    if (!open) return;
    setImpact(null);
    if (!weighty) {
      setState({ step: "asking", changed: false, failure: null });
      return;
    }
    setState({ step: "counting" });
    let gone = false;
    const path = apiPaths.impact({ action, topic, ...(channel === undefined ? {} : { channel }) });
    void get<Impact>(path).then((answer) => {
      if (gone) return;
      if (answer.ok) setImpact(answer.value);
      setState({ step: "asking", changed: false, failure: answer.ok ? null : answer.failure });
    });
    return () => {
      gone = true;
    };
  }, [open, weighty, action, topic, channel]);

  async function act(name: string, reason: string): Promise<void> {
    const before = state.step === "partly" ? state.results : [];
    const failed = before.filter(({ ok }) => !ok).map(({ node }) => node);
    setState({ step: "acting" });
    const request: ActionRequest = {
      ...target,
      ...(impact === null ? {} : { confirm: { name, etag: impact.etag } }),
      ...(reason === "" ? {} : { reason }),
      ...(failed.length === 0 ? {} : { nodes: failed }),
    };
    const answer = await post<ActionResult>(apiPaths.actions, request);
    if (!answer.ok) {
      const fresh = answer.failure.impact;
      if (fresh !== undefined) setImpact(fresh);
      setState({
        step: "asking",
        changed: fresh !== undefined,
        failure: fresh === undefined ? answer.failure : null,
      });
      return;
    }
    const again = new Set(answer.value.nodes.map(({ node }) => node));
    const results = [...before.filter(({ node }) => !again.has(node)), ...answer.value.nodes];
    if (results.some(({ ok }) => !ok)) {
      setState({ step: "partly", results, requestId: answer.value.requestId });
      return;
    }
    toast.success(words.done(target), {
      description: words.t("done-on", { count: results.length }),
    });
    onDone();
  }

  return { state, impact, act };
}
