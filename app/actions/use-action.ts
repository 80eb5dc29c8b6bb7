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
import { isWeighty, wordsOf } from "./words.ts";

export type ActionState =
  | { readonly step: "counting" }
  | { readonly step: "asking"; readonly changed: boolean; readonly failure: ApiFailure | null }
  | { readonly step: "acting" }
  /** Done on some nodes only. */
  | { readonly step: "partly"; readonly failed: readonly ActionNodeResult[]; readonly of: number };

/** One action from its question to its result. `impact` is null where none has to be shown. */
export function useAction(target: ActionTarget, open: boolean, onDone: () => void) {
  const weighty = isWeighty(target);
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

  async function act(name: string, reason: string, nodes?: readonly string[]): Promise<void> {
    setState({ step: "acting" });
    const request: ActionRequest = {
      ...target,
      ...(impact === null ? {} : { confirm: { name, etag: impact.etag } }),
      ...(reason === "" ? {} : { reason }),
      ...(nodes === undefined ? {} : { nodes }),
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
    const failed = answer.value.nodes.filter((node) => !node.ok);
    if (failed.length > 0) {
      setState({ step: "partly", failed, of: answer.value.nodes.length });
      return;
    }
    toast.success(wordsOf(target).done);
    onDone();
  }

  return { state, impact, act };
}
