import { useEffect, useState } from "react";
import {
  type ActionName,
  type ActionRequest,
  type ActionResult,
  actionLevels,
  apiPaths,
  type Impact,
} from "../../../server/console/contract/index.ts";
import { get, post } from "../../live/post.ts";

export type BulkAction = Extract<
  ActionName,
  "pause-topic" | "unpause-topic" | "empty-topic" | "delete-topic"
>;

export interface BulkResult {
  readonly topic: string;
  /** Empty: done on all its nodes. */
  readonly code: string;
}

export type BulkState =
  | { readonly step: "counting" }
  /** `uncounted`: what would happen to these could not be counted; nothing is done to them. */
  | { readonly step: "asking"; readonly impacts: readonly Impact[]; readonly uncounted: readonly string[] }
  | { readonly step: "acting"; readonly done: number }
  | { readonly step: "done"; readonly results: readonly BulkResult[] };

/** Topics that are asked about, or done something to, at a time. */
const atOnceMax = 4;

/** One action on many topics, each by itself: what one of them answers is nothing to the others. */
export function useBulk(action: BulkAction, topics: readonly string[]) {
  const [state, setState] = useState<BulkState>({ step: "counting" });
  const weighty = actionLevels[action] >= 2;

  useEffect(() => {
    if (!weighty) return setState({ step: "asking", impacts: [], uncounted: [] });
    let gone = false;
    void each(topics, (topic) => get<Impact>(apiPaths.impact({ action, topic }))).then((answers) => {
      if (gone) return;
      const impacts = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
      const counted = new Set(impacts.map(({ topic }) => topic));
      setState({ step: "asking", impacts, uncounted: topics.filter((topic) => !counted.has(topic)) });
    });
    return () => {
      gone = true;
    };
  }, [action, topics, weighty]);

  async function act(reason: string): Promise<readonly BulkResult[]> {
    if (state.step !== "asking") return [];
    const tags = new Map(state.impacts.map((impact) => [impact.topic, impact.etag]));
    const chosen = weighty ? topics.filter((topic) => tags.has(topic)) : topics;
    let done = 0;
    setState({ step: "acting", done });
    const results = await each(chosen, async (topic): Promise<BulkResult> => {
      const etag = tags.get(topic);
      const request: ActionRequest = {
        action,
        topic,
        ...(etag !== undefined && { confirm: { name: topic, etag } }),
        ...(reason !== "" && { reason }),
      };
      const answer = await post<ActionResult>(apiPaths.actions, request);
      setState({ step: "acting", done: ++done });
      if (!answer.ok) return { topic, code: answer.failure.nodeCode ?? answer.failure.code };
      const failed = answer.value.nodes.filter(({ ok }) => !ok);
      return { topic, code: failed.map(({ node, code }) => `${node} ${code}`).join(", ") };
    });
    setState({ step: "done", results });
    return results;
  }

  return { state, act };
}

async function each<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await ask(items[at]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, work));
  return results;
}
