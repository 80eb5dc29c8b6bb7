import { useEffect, useState } from "react";
import {
  type ActionName,
  type ActionRequest,
  type ActionResult,
  type ApiFailure,
  actionLevels,
  apiPaths,
  type Impact,
} from "../../../server/console/contract/index.ts";
import { prove } from "../../actions/prove.ts";
import { previewJob, startJob } from "../../jobs/ask.ts";
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
  | {
      readonly step: "asking";
      readonly counts: readonly Counted[];
      readonly uncounted: readonly string[];
      /** Why nothing was done when it was asked for last. */
      readonly failure: ApiFailure | null;
    }
  | { readonly step: "acting"; readonly done: number }
  /** `jobs`: what was done is that a job for each was asked for. */
  | { readonly step: "done"; readonly results: readonly BulkResult[]; readonly jobs: boolean };

export interface Counted {
  readonly impact: Impact;
  /** How many an undo could give back; null: there are no jobs now, because there is no Postgres. */
  readonly kept: number | null;
}

/** Topics that are asked about, or done something to, at a time. */
const atOnceMax = 4;

/** One action on many topics, each by itself: what one of them answers is nothing to the others. */
export function useBulk(action: BulkAction, topics: readonly string[]) {
  const [state, setState] = useState<BulkState>({ step: "counting" });
  const weighty = actionLevels[action] >= 2;

  useEffect(() => {
    if (!weighty) return setState({ step: "asking", counts: [], uncounted: [], failure: null });
    let gone = false;
    void each(topics, (topic) => count(action, topic)).then((answers) => {
      if (gone) return;
      const counts = answers.filter((answer) => answer !== null);
      const counted = new Set(counts.map(({ impact }) => impact.topic));
      const uncounted = topics.filter((topic) => !counted.has(topic));
      setState({ step: "asking", counts, uncounted, failure: null });
    });
    return () => {
      gone = true;
    };
  }, [action, topics, weighty]);

  /** @param password where the last try was refused for want of it */
  async function act(reason: string, password: string): Promise<void> {
    if (state.step !== "asking") return;
    const unproved = await prove(password);
    if (unproved !== null) return setState({ ...state, failure: unproved });
    const counts = new Map(state.counts.map((counted) => [counted.impact.topic, counted]));
    const chosen = weighty ? topics.filter((topic) => counts.has(topic)) : topics;
    let done = 0;
    setState({ step: "acting", done });
    const one = async (topic: string): Promise<BulkResult & Performed> => {
      const failure = await perform(action, topic, reason, counts.get(topic));
      setState({ step: "acting", done: ++done });
      return { topic, ...failure };
    };
    // The one that weighs most first: whether a password is wanted is known before anything is done.
    const heaviest = chosen.find((topic) => counts.get(topic)?.impact.level === 3);
    const first = heaviest === undefined ? [] : [await one(heaviest)];
    const refusal = first[0]?.failure;
    if (refusal?.code === "fresh-needed") return setState({ ...state, failure: refusal });
    const rest = await each(
      chosen.filter((topic) => topic !== heaviest),
      one,
    );
    const results = [...first, ...rest].map(({ topic, code }) => ({ topic, code }));
    setState({ step: "done", results, jobs: state.counts.some(({ kept }) => kept !== null) });
  }

  return { state, act };
}

/** null: it could not be counted. */
async function count(action: BulkAction, topic: string): Promise<Counted | null> {
  const preview = await previewJob({ kind: kindOf(action), topic });
  if (preview.ok) {
    const { impact, kept } = preview.value;
    return impact && { impact, kept };
  }
  if (preview.failure.code !== "database-away") return null;
  const impact = await get<Impact>(apiPaths.impact({ action, topic }));
  return impact.ok ? { impact: impact.value, kept: null } : null;
}

interface Performed {
  /** Why not; empty: done, or a job does it. */
  readonly code: string;
  /** Of the whole of it, and not of some nodes. */
  readonly failure?: ApiFailure;
}

async function perform(
  action: BulkAction,
  topic: string,
  reason: string,
  counted: Counted | undefined,
): Promise<Performed> {
  const more = {
    ...(counted && { confirm: { name: topic, etag: counted.impact.etag } }),
    ...(reason !== "" && { reason }),
  };
  if (counted !== undefined && counted.kept !== null) {
    const job = await startJob(crypto.randomUUID(), { kind: kindOf(action), topic, ...more });
    return job.ok ? { code: "" } : refused(job.failure);
  }
  const answer = await post<ActionResult>(apiPaths.actions, {
    action,
    topic,
    ...more,
  } satisfies ActionRequest);
  if (!answer.ok) return refused(answer.failure);
  const failed = answer.value.nodes.filter(({ ok }) => !ok);
  return { code: failed.map(({ node, code }) => `${node} ${code}`).join(", ") };
}

function refused(failure: ApiFailure): Performed {
  return { code: failure.nodeCode ?? failure.code, failure };
}

function kindOf(action: BulkAction): "empty" | "delete" {
  return action === "empty-topic" ? "empty" : "delete";
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
