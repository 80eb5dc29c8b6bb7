import {
  apiPaths,
  type JobPreview,
  type JobRequest,
  type JobView,
} from "../../server/console/contract/index.ts";
import { type Posted, post } from "../live/post.ts";

export type JobWish = Omit<JobRequest, "id" | "dryRun">;

export function previewJob(wish: JobWish): Promise<Posted<JobPreview>> {
  return post(apiPaths.jobs, { ...wish, id: crypto.randomUUID(), dryRun: true });
}

/** @param id chosen once a question: asked again after no answer it is the same job */
export function startJob(id: string, wish: JobWish): Promise<Posted<JobView>> {
  return post(apiPaths.jobs, { ...wish, id });
}

export function cancelJob(id: string): Promise<Posted<JobView>> {
  return post(apiPaths.cancelJob(id), {});
}

export function undoJob(id: string): Promise<Posted<JobView>> {
  return post(apiPaths.undoJob(id), {});
}
