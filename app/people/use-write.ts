import { useState } from "react";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { post } from "../live/post.ts";

/** One write at a time, and why the last was refused. */
export function useWrite() {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  /** Its answer; null: it was refused. */
  const write = async <T>(path: string, body: object): Promise<T | null> => {
    setBusy(true);
    const answer = await post<T>(path, body);
    setBusy(false);
    setFailure(answer.ok ? null : answer.failure);
    return answer.ok ? answer.value : null;
  };
  return { busy, failure, write, forget: () => setFailure(null) };
}
