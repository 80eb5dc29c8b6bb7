/** Why a node is only asked for its `/stats`, in words: what that cannot give is greyed out with this reason. */
import type { NodeLimits } from "../contract/index.ts";

/** `status`: what it answered when its live stream was asked for. null: nothing that says so. */
export function limitsOf(status: number, secret: string | null): NodeLimits | null {
  if (status === 404)
    return {
      rule: "genuine",
      message: "A genuine nsqd: it has no copies of messages to tail and no audit to trace them by.",
    };
  if (status !== 401 && status !== 403) return null;
  if (secret === null)
    return {
      rule: "not-trusted",
      message: "A lookup named it, and it is in no --node-cidr: it is not given the cluster's secret.",
    };
  if (secret === "")
    return {
      rule: "no-secret",
      message: "This console was started without --cluster-secret-file: it cannot ask for more than figures.",
    };
  return { rule: "secret-refused", message: "It refused the cluster's secret." };
}
