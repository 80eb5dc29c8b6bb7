import type { ApiFailure } from "../../server/console/contract/index.ts";
import { base } from "../base.ts";

export type Posted<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: ApiFailure };

/** Sends a write, or reads, as the page's own session. Failures of the line come back as values too. */
async function ask<T>(path: string, init: RequestInit): Promise<Posted<T>> {
  try {
    const answer = await fetch(base + path, init);
    if (answer.status === 204) return { ok: true, value: undefined as T };
    const body = (await answer.json()) as unknown;
    return answer.ok ? { ok: true, value: body as T } : { ok: false, failure: body as ApiFailure };
  } catch {
    const failure = { code: "internal", message: "The console did not answer.", requestId: "" } as const;
    return { ok: false, failure };
  }
}

export function post<T>(path: string, body: unknown): Promise<Posted<T>> {
  return ask<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

export function get<T>(path: string): Promise<Posted<T>> {
  return ask<T>(path, { headers: { accept: "application/json" } });
}
