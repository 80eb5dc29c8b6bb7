import { apiPaths, signInPath } from "../../server/console/contract/index.ts";
import { base } from "../base.ts";
import { post } from "../live/post.ts";

export async function signOut(): Promise<void> {
  await post(apiPaths.signOut, {});
  window.location.assign(base + signInPath);
}
