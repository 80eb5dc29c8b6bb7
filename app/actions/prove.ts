import { type ApiFailure, apiBase } from "../../server/console/contract/index.ts";
import { post } from "../live/post.ts";

/** Proves once more who one is, where a password was asked for and typed. Why not; null: it is, or nobody asked. */
export async function prove(password: string): Promise<ApiFailure | null> {
  if (password === "") return null;
  const proved = await post<object>(`${apiBase}/account/fresh`, { password });
  return proved.ok ? null : proved.failure;
}
