import { type ReactNode, useState } from "react";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { post } from "../live/post.ts";
import { ProofDialog } from "./proof-dialog.tsx";

/**
 * One write at a time, and why the last was refused. What wants a fresh sign-in asks for the password in `proof`, which
 * has to be shown, and goes on.
 */
export function useWrite() {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [answered, setAnswered] = useState<((proved: boolean) => void) | null>(null);

  const askProof = async (): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    setAnswered(() => resolve);
    const proved = await promise;
    setAnswered(null);
    return proved;
  };
  /** Its answer; null: it was refused. */
  const write = async <T,>(path: string, body: object): Promise<T | null> => {
    setBusy(true);
    let answer = await post<T>(path, body);
    if (!answer.ok && answer.failure.code === "fresh-needed" && (await askProof()))
      answer = await post<T>(path, body);
    setBusy(false);
    setFailure(answer.ok ? null : answer.failure);
    return answer.ok ? answer.value : null;
  };
  const proof: ReactNode = answered && <ProofDialog onDone={answered} />;
  return { busy, failure, write, proof, forget: () => setFailure(null) };
}
