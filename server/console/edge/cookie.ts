/** The session's cookie. Browsers share cookies between ports of a host, so its name has the port in it. */
import fastifyCookie from "@fastify/cookie";
import { lastsMs } from "../auth/sessions.ts";

export interface CookieJar {
  readonly name: string;
  read(header: string | undefined): string | undefined;
  /** `Set-Cookie` for a new session, or to forget it. */
  write(secret: string): string;
  clear(): string;
}

/** `secure`: people reach the console by https. */
export function cookieJar(port: number, secure: boolean): CookieJar {
  const name = secure ? `__Host-weir_session_${port}` : `weir_session_${port}`;
  const options = { path: "/", httpOnly: true, sameSite: "strict", secure } as const;
  return {
    name,
    read: (header) => (header ? fastifyCookie.parse(header)[name] : undefined),
    write: (secret) => fastifyCookie.serialize(name, secret, { ...options, maxAge: lastsMs / 1_000 }),
    clear: () => fastifyCookie.serialize(name, "", { ...options, maxAge: 0 }),
  };
}
