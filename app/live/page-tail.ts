import { type BridgeError, Tail, type TailBatch, type TailSpec } from "../../client/browser/index.ts";
import {
  type ApiFailure,
  apiPaths,
  type FailureCode,
  type MintedToken,
  type SessionInfo,
} from "../../server/console/contract/index.ts";
import { base } from "../base.ts";
import { post } from "./post.ts";

/** Another try would be refused as well. */
const lasting: readonly FailureCode[] = ["forbidden", "not-found", "no-session", "bad-request"];
const codes: Readonly<Partial<Record<BridgeError["code"], FailureCode>>> = {
  "bad-request": "bad-request",
  "not-allowed": "forbidden",
  "too-many": "too-many",
  revoked: "no-session",
};

/**
 * A tail by the client that every page has, with tokens of the page's own session. The token is for the topic, and
 * either for copies or for outcomes.
 * @param refused hears why nothing comes, and null when something does
 */
export function pageTail(
  spec: TailSpec,
  { channels }: Pick<SessionInfo, "channels">,
  onBatch: (batch: TailBatch) => void,
  refused: (failure: ApiFailure | null) => void,
): Tail {
  const verbs = [spec.outcome ? "outcomes" : "tail"];
  const tail = new Tail({
    ...spec,
    url: `${location.origin}${base}`,
    onBatch,
    token: async () => {
      const answer = await post<MintedToken>(apiPaths.consumeTokens, {
        topics: [spec.topic],
        channels,
        verbs,
      });
      if (answer.ok) return answer.value.token;
      refused(answer.failure);
      if (lasting.includes(answer.failure.code)) tail.close();
      throw new Error(answer.failure.message);
    },
  });
  tail.on("state", (state) => {
    if (state === "tailing") refused(null);
  });
  tail.on("error", ({ code, message }) => {
    const known = codes[code];
    if (known !== undefined) refused({ code: known, message, requestId: "" });
  });
  return tail;
}
