import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import {
  type About,
  type AlertsView,
  type ApiFailure,
  apiPathOfRoom,
  apiPathOfWindow,
  apiPaths,
  type ConsoleInfo,
  type RetentionView,
  type Room,
  type SessionInfo,
  type Snapshot,
  signInPath,
  type Trace,
  type WindowRequest,
  type WindowRoom,
} from "../../server/console/contract/index.ts";

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: ApiFailure };

const deadlineMs = 5_000;

/**
 * Asks the console's API as the visitor, with nothing but the visitor's own cookie. Without a session
 * it ends the render in a redirect to the sign-in page.
 */
async function read<T>(path: string): Promise<Read<T>> {
  const cookie = (await cookies()).toString();
  const answer = await ask(path, cookie);
  if (answer instanceof Response) {
    if (answer.status === 401) redirect(signInPath);
    if (answer.ok) return { ok: true, value: (await answer.json()) as T };
    return { ok: false, failure: await failureOf(answer) };
  }
  return { ok: false, failure: answer };
}

async function ask(path: string, cookie: string): Promise<Response | ApiFailure> {
  const base = process.env["WEIR_API_URL"] ?? "http://127.0.0.1:4171";
  try {
    return await fetch(base + path, {
      headers: { cookie, accept: "application/json" },
      cache: "no-store",
      signal: AbortSignal.timeout(deadlineMs),
    });
  } catch {
    return { code: "internal", message: "The console's API does not answer.", requestId: "" };
  }
}

async function failureOf(answer: Response): Promise<ApiFailure> {
  try {
    return (await answer.json()) as ApiFailure;
  } catch {
    return { code: "internal", message: `The console's API answered ${answer.status}.`, requestId: "" };
  }
}

export function readSession(): Promise<Read<SessionInfo>> {
  return read(apiPaths.session);
}

export function readConsole(): Promise<Read<ConsoleInfo>> {
  return read(apiPaths.console);
}

export function readAbout(): Promise<Read<About>> {
  return read(apiPaths.about);
}

export function readAlerts(): Promise<Read<AlertsView>> {
  return read(apiPaths.alerts);
}

export function readRetention(): Promise<Read<RetentionView>> {
  return read(apiPaths.retention);
}

/** A room as it is now. What does not exist is a snapshot without data: it may come to exist while it is watched. */
export function readRoom<R extends Room>(room: R): Promise<Read<Snapshot<R>>> {
  return readSnapshot(room, apiPathOfRoom(room));
}

/** A part of a long table as it is now. */
export function readWindow<R extends WindowRoom>(
  room: R,
  request: WindowRequest,
): Promise<Read<Snapshot<R>>> {
  return readSnapshot(room, apiPathOfWindow(room, request));
}

async function readSnapshot<R extends Room>(room: R, path: string): Promise<Read<Snapshot<R>>> {
  const answer = await read<Snapshot<R>>(path);
  if (!answer.ok && answer.failure.code === "not-found") {
    return { ok: true, value: { room, rev: 0, atMs: Date.now(), data: null } };
  }
  return answer;
}

export function readTrace(id: string): Promise<Read<Trace>> {
  return read(apiPaths.trace(id));
}
