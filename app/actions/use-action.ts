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
import { prove } from "./prove.ts";
import { isRemoval, useRemoval } from "./use-removal.ts";
import { isWeighty, useActionWords } from "./words.ts";

export type ActionState =
  | { readonly step: "counting" }
  | { readonly step: "asking"; readonly changed: boolean; readonly failure: ApiFailure | null }
  | { readonly step: "acting" }
  /** It is a job, which goes on whether this is open or not. */
  | { readonly step: "following"; readonly failed: readonly string[] }
  /** Done on some nodes only, or on none. */
  | { readonly step: "partly"; readonly results: readonly ActionNodeResult[]; readonly requestId: string };

/** One action from its question to its result. `impact` is null where none has to be shown. */
export function useAction(target: ActionTarget, open: boolean, onDone: () => void) {
  const weighty = isWeighty(target);
  const words = useActionWords();
  const [state, setState] = useState<ActionState>({ step: "counting" });
  const [impact, setImpact] = useState<Impact | null>(null);
  const removal = useRemoval(target);
  const { action, topic, channel } = target;

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once each time that it opens
  useEffect(() => {
    if (!open) return;
    setImpact(null);
    if (!weighty) {
      setState({ step: "asking", changed: false, failure: null });
      return;
    }
    setState({ step: "counting" });
    let gone = false;
    removal.reset();
    const counted = async () => {
      const answer = isRemoval({ action, topic }) ? await removal.count() : null;
      // Without Postgres there are no jobs: it is done at once, and cannot be undone.
      if (answer === null) return get<Impact>(path);
      return answer.ok ? { ok: true as const, value: answer.value.impact! } : answer;
    };
    const path = apiPaths.impact({ action, topic, ...(channel === undefined ? {} : { channel }) });
    void counted().then((answer) => {
      if (gone) return;
      if (answer.ok) setImpact(answer.value);
      setState({ step: "asking", changed: false, failure: answer.ok ? null : answer.failure });
    });
    return () => {
      gone = true;
    };
  }, [open, weighty, action, topic, channel]);

  /** @param password where the last try was refused for want of it */
  async function act(name: string, reason: string, password: string): Promise<void> {
    const unproved = await prove(password);
    if (unproved !== null) return setState({ step: "asking", changed: false, failure: unproved });
    const before = state.step === "partly" ? state.results : [];
    const failed = before.filter(({ ok }) => !ok).map(({ node }) => node);
    if (removal.preview !== null && impact !== null) return remove(name, reason);
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

  async function remove(name: string, reason: string): Promise<void> {
    const failed = state.step === "following" ? state.failed : [];
    setState({ step: "acting" });
    const failure =
      failed.length > 0
        ? await removal.retry(failed, name, reason)
        : await removal.start({ name, etag: impact!.etag }, reason);
    if (failure === null) return setState({ step: "following", failed: [] });
    const fresh = failure.impact;
    if (fresh !== undefined) setImpact(fresh);
    setState({
      step: "asking",
      changed: fresh !== undefined,
      failure: fresh === undefined ? failure : null,
    });
  }

  const failedOn = (nodes: readonly string[]) => setState({ step: "following", failed: nodes });
  return { state, impact, act, removal, failedOn };
}
