/** The session's cookie. Browsers share cookies between ports of a host, so its name has the port in it. */
import type { FastifyInstance } from "fastify";
import { lastsMs } from "../auth/sessions.ts";

export interface CookieJar {
  readonly name: string;
  read(header: string | undefined): string | undefined;
  /** `Set-Cookie` for a new session, or to forget it. */
  write(secret: string): string;
  clear(): string;
}

/** `secure`: people reach the console by https. `codec` has @fastify/cookie registered. */
export function cookieJar(
  codec: Pick<FastifyInstance, "parseCookie" | "serializeCookie">,
  port: number,
  secure: boolean,
): CookieJar {
  const name = secure ? `__Host-weir_session_${port}` : `weir_session_${port}`;
  const options = { path: "/", httpOnly: true, sameSite: "strict", secure } as const;
  return {
    name,
    read: (header) => (header ? codec.parseCookie(header)[name] : undefined),
    write: (secret) => codec.serializeCookie(name, secret, { ...options, maxAge: lastsMs / 1_000 }),
    clear: () => codec.serializeCookie(name, "", { ...options, maxAge: 0 }),
  };
}
