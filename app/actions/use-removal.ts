import { useState } from "react";
import type { ActionTarget, ApiFailure, JobPreview, JobView } from "../../server/console/contract/index.ts";
import { type JobWish, previewJob, startJob } from "../jobs/ask.ts";
import type { Posted } from "../live/post.ts";

/** What is lost by it: done as a job, so that it can be followed, stopped and undone. */
export function isRemoval({ action }: ActionTarget): boolean {
  return action.startsWith("empty-") || action.startsWith("delete-");
}

export interface Removal {
  readonly preview: JobPreview | null;
  /** The job, once it was asked for. */
  readonly started: JobView | null;
  /** Counts. null: there are no jobs now, because there is no Postgres. */
  count(): Promise<Posted<JobPreview> | null>;
  start(confirm: { name: string; etag: string }, reason: string): Promise<ApiFailure | null>;
  /** Once more, where it failed. */
  retry(nodes: readonly string[], name: string, reason: string): Promise<ApiFailure | null>;
  reset(): void;
}

/** One removal from its count to its job. */
export function useRemoval({ action, topic, channel }: ActionTarget): Removal {
  const [preview, setPreview] = useState<JobPreview | null>(null);
  const [started, setStarted] = useState<JobView | null>(null);
  // Asked again after no answer it is the same job.
  const [id, setId] = useState(() => crypto.randomUUID());
  const kind = action.startsWith("empty-") ? "empty" : "delete";
  const wish: JobWish = { kind, topic, ...(channel === undefined ? {} : { channel }) };

  async function ask(jobId: string, more: Partial<JobWish>): Promise<ApiFailure | null> {
    const answer = await startJob(jobId, { ...wish, ...more });
    if (!answer.ok) return answer.failure;
    setStarted(answer.value);
    return null;
  }
  return {
    preview,
    started,
    count: async () => {
      const answer = await previewJob(wish);
      if (!answer.ok && answer.failure.code === "database-away") return null;
      setPreview(answer.ok ? answer.value : null);
      return answer;
    },
    start: (confirm, reason) => ask(id, { confirm, ...(reason === "" ? {} : { reason }) }),
    retry: async (nodes, name, reason) => {
      const fresh = crypto.randomUUID();
      setId(fresh);
      const counted = await previewJob(wish);
      if (!counted.ok) return counted.failure;
      const confirm = { name, etag: counted.value.impact?.etag ?? "" };
      return ask(fresh, { nodes, confirm, ...(reason === "" ? {} : { reason }) });
    },
    reset: () => {
      setPreview(null);
      setStarted(null);
      setId(crypto.randomUUID());
    },
  };
}
